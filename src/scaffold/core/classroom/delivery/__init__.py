"""Delivery: push starters to students' repositories, and fetch their work."""
