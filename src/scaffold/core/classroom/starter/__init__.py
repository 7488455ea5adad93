"""The starter of an assignment: solutions and hidden files removed, searched for leaks."""
