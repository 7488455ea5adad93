"""Forges, where students' repositories are: a folder, any git server, GitHub, GitLab, Gitea; one protocol (base.py)."""
