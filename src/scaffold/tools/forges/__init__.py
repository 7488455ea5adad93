"""Where students' repositories are, behind one small protocol (base.py): a folder, any git server."""
