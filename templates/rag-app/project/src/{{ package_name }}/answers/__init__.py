"""From passages to an answer: quoted or written, checked, cited, or none."""
