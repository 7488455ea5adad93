"""The machine that scaffold runs on: what it has, what it lacks, and how that is installed."""
