"""Generate AI/ML portfolio repositories that run the minute they are made, and keep them up to date."""

__version__ = "0.1.0"
