"""Bringing a template's newer release into a project."""
