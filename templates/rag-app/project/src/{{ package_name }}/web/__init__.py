"""What programs and people see of it."""
