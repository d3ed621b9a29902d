"""The operators' command line: the stack on this machine, or one that is deployed."""
