"""From a file to passages: what can be read, and where it is cut."""
