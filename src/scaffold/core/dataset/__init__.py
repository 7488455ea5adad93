"""The owner's own data: read a table, profile it, propose a role for each column, place it in a project."""
