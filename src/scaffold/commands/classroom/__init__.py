"""What a teacher can do: one module a command; the package is `scaffold class …`."""
