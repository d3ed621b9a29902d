"""Files of bank statements, read: each format in its own module, chosen by what the content is."""
