"""One module per command. Each returns an Outcome; none prints or parses arguments."""
