"""How a forge is reached: through the proxy and with the certificates that the environment names, as git does.

git reads `https_proxy` itself, and its certificates from `GIT_SSL_CAINFO`. Python's programs read `SSL_CERT_FILE` and
`REQUESTS_CA_BUNDLE`: whichever is set counts for the API and for git.
"""

import os
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import unquote, urlsplit
from urllib.request import getproxies, proxy_bypass

from scaffold.tools import git

if TYPE_CHECKING:
    from urllib3 import PoolManager

_CA_VARIABLES = ("GIT_SSL_CAINFO", "REQUESTS_CA_BUNDLE", "SSL_CERT_FILE")


def ca_file() -> str:
    """The file with the certificates to trust; empty for the system's own."""
    return next((os.environ[name] for name in _CA_VARIABLES if os.environ.get(name)), "")


def git_variables() -> dict[str, str]:
    """Environment variables by which git trusts the same certificates, unless the user configured git's own."""
    path = ca_file()
    return {"GIT_SSL_CAINFO": path} if path and Path(path).is_file() and not _is_configured() else {}


@cache
def _is_configured() -> bool:
    """Whether git's configuration names certificates; it is read once."""
    return git.attempt(git.ANYWHERE, "config", "--get-regexp", r"^http\.(.*\.)?sslcainfo$").ok


def pool(url: str, **options: Any) -> "PoolManager":
    """Connections to a server, through the proxy that the environment names for it.

    Args:
        url: A URL of the server.
        options: Options of urllib3's PoolManager.
    """
    from urllib3 import PoolManager, ProxyManager
    from urllib3.util import make_headers

    path, parts = ca_file(), urlsplit(url)
    if path:
        options["ca_cert_dir" if Path(path).is_dir() else "ca_certs"] = path
    proxy = getproxies().get(parts.scheme, "") or getproxies().get("all", "")
    if not proxy or proxy_bypass(parts.hostname or ""):
        return PoolManager(**options)
    proxy = proxy if "://" in proxy else f"http://{proxy}"
    user = urlsplit(proxy)
    login = f"{unquote(user.username)}:{unquote(user.password or '')}" if user.username else None
    headers = make_headers(proxy_basic_auth=login) if login else None
    return ProxyManager(proxy, proxy_headers=headers, **options)
