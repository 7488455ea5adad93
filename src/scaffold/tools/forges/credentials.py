"""Where a token comes from, and how it reaches git: through the environment, in no URL, file or list of processes.

git takes configuration from the environment (git-config(1), GIT_CONFIG_*); a header in it is sent to one server alone.
"""

import base64
import os
from collections.abc import Sequence
from importlib.util import find_spec
from urllib.parse import urlsplit

from scaffold.errors import ScaffoldError

SERVICE = "scaffold"
"""Under which name the keyring keeps tokens, with the server's host as the user."""


def find_token(names: Sequence[str], host: str) -> str:
    """The token for a server: from the environment, or else from the keyring.

    Args:
        names: environment variables that may hold it, the first that is set counts.
        host: the server.

    Raises:
        ScaffoldError: there is none.
    """
    token = next((os.environ[name] for name in names if os.environ.get(name)), "") or _kept(host)
    if not token:
        hint = f"Put one into the environment ({names[0]}), or into the keyring: keyring set {SERVICE} {host}"
        raise ScaffoldError(f"{host} needs a token, and there is none.", hint)
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ScaffoldError(f"The token for {host} holds characters that no token has.", "Copy it once more.")
    return token


def _kept(host: str) -> str:
    if find_spec("keyring") is None:
        return ""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, host) or ""
    except KeyringError:  # no desktop, or locked: as good as none
        return ""


def git_environment(url: str, user: str, token: str) -> dict[str, str]:
    """The environment that hands a token to git, for this server alone; empty for what is no web address."""
    parts = urlsplit(url)
    if not token or parts.scheme not in ("http", "https"):
        return {}
    header = f"Authorization: Basic {base64.b64encode(f'{user}:{token}'.encode()).decode()}"
    server = f"{parts.scheme}://{parts.netloc}/"
    # Followed to another server, a redirect would take the header along.
    settings = ((f"http.{server}.extraHeader", header), ("http.followRedirects", "false"))
    taken = os.environ.get("GIT_CONFIG_COUNT", "0")
    first = int(taken) if taken.isdigit() else 0
    env = {"GIT_CONFIG_COUNT": str(first + len(settings)), "GIT_TRACE_REDACT": "1"}
    for number, (key, value) in enumerate(settings, start=first):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return env
