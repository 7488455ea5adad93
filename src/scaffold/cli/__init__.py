"""The door: parse arguments, call one command, return its exit code."""
