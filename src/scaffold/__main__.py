"""`python -m scaffold` is `scaffold`."""

from scaffold.cli.main import entry

entry()
