"""Running tests over submissions, and points."""
