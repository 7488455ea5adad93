"""Find a forge's token, and pass it to git through the environment: it is in no URL, file or process list.

git reads configuration from the environment (git-config(1), GIT_CONFIG_*); a header configured for one server is sent
to that server only.
"""

import base64
import os
from collections.abc import Sequence
from importlib.util import find_spec
from urllib.parse import urlsplit

from scaffold.errors import ScaffoldError

SERVICE = "scaffold"
"""The service name of tokens in the keyring; the user name is the server's host."""


def find_token(variables: Sequence[str], host: str) -> str:
    """The token for a server, from the environment or else from the keyring.

    Args:
        variables: Environment variables that may contain it; the first that is set counts.
        host: The server.

    Raises:
        ScaffoldError: There is none, or it has invalid characters.
    """
    token = next((os.environ[name] for name in variables if os.environ.get(name)), "") or _token_from_keyring(host)
    if not token:
        hint = f"Set the environment variable {variables[0]}, or use the keyring: keyring set {SERVICE} {host}"
        raise ScaffoldError(f"{host} needs a token, and there is none.", hint)
    if not token.isascii() or not token.isprintable() or " " in token:
        raise ScaffoldError(f"The token for {host} has characters that no token has.", "Copy it again.")
    return token


def _token_from_keyring(host: str) -> str:
    if find_spec("keyring") is None:
        return ""
    import keyring
    from keyring.errors import KeyringError

    try:
        return keyring.get_password(SERVICE, host) or ""
    except KeyringError:  # no desktop session, or the keyring is locked
        return ""


def git_environment(url: str, user: str, token: str) -> dict[str, str]:
    """Environment variables that make git send the token to this server only; empty for a URL that is not HTTP."""
    parts = urlsplit(url)
    if not token or parts.scheme not in ("http", "https"):
        return {}
    header = f"Authorization: Basic {base64.b64encode(f'{user}:{token}'.encode()).decode()}"
    server = f"{parts.scheme}://{parts.netloc}/"
    # git would send the header along when it follows a redirect to another server.
    settings = ((f"http.{server}.extraHeader", header), ("http.followRedirects", "false"))
    count = os.environ.get("GIT_CONFIG_COUNT", "0")
    first = int(count) if count.isdigit() else 0
    env = {"GIT_CONFIG_COUNT": str(first + len(settings)), "GIT_TRACE_REDACT": "1"}
    for number, (key, value) in enumerate(settings, start=first):
        env |= {f"GIT_CONFIG_KEY_{number}": key, f"GIT_CONFIG_VALUE_{number}": value}
    return env
