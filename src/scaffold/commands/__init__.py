"""One module per thing a person can do. Each returns an Outcome, never prints, never parses."""
