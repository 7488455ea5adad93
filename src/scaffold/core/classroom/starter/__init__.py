"""What students start from: solutions out, hidden files out, searched for leaks."""
