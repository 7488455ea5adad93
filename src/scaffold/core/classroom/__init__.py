"""Classes: a course with a roster and assignments, which are handed out, updated, collected and graded."""
