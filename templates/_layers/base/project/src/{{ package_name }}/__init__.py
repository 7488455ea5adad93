"""The package of this project; `cli.py` is the way in."""
