"""The commands for teachers, `scaffold class …`: one module per command."""
