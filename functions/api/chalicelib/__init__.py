"""The API by resource. `web` turns a request into a call and a call's outcome into an answer."""
