"""Forges as they really answer: rights, access, reasons, odd shapes, proxies and certificates of one's own."""

import shutil
import ssl
import subprocess
from datetime import datetime
from pathlib import Path

import pytest

from classroom_support import TOKEN
from fake_forge import HOSTS, OWNER, Fault, HostedServer, fake_forge
from scaffold.tools.forges import network
from scaffold.tools.forges.api import Api, ApiResponse
from scaffold.tools.forges.base import EXPIRED, IN, INVITED, ForgeError, Push

# --- before the first write


def test_a_token_that_may_do_everything_passes(hosted: HostedServer) -> None:
    hosted.forge.preflight(["ada-l", "bob"])
    assert not [call for call in hosted.server.calls if not call.startswith("GET")]


def test_repositories_would_land_under_another_account(hosted: HostedServer) -> None:
    hosted.server.personal, hosted.server.account = True, "somebody-else"
    with pytest.raises(ForgeError, match="the token is of somebody-else") as caught:
        hosted.forge.preflight([])
    assert 'organisation = "somebody-else"' in caught.value.hint


@pytest.mark.parametrize("hosted", ["github", "gitlab"], indirect=True)
def test_a_token_without_the_scope(hosted: HostedServer) -> None:
    hosted.server.scopes = "read_api, public_repo"
    with pytest.raises(ForgeError, match="has no scope .* cannot create .*public_repo"):
        hosted.forge.preflight([])


@pytest.mark.parametrize("hosted", ["github", "gitea"], indirect=True)
def test_an_account_that_may_not_create_repositories(hosted: HostedServer) -> None:
    hosted.server.base = ""
    with pytest.raises(ForgeError, match="may not create"):
        hosted.forge.preflight([])


def test_students_who_could_read_each_other(hosted: HostedServer) -> None:
    hosted.server.members, hosted.server.base = {"ta": 40, "Bob": 20, "guest": 10}, "read"
    hosted.forge.preflight(["ada-l", "eve"])
    with pytest.raises(ForgeError, match="^bob can read every repository of ml-course") as caught:
        hosted.forge.preflight(["ada-l", "bob"])
    assert caught.value.hint
    hosted.server.members = {"guest": 10}
    if hosted.server.kind == "gitlab":
        hosted.forge.preflight(["guest"])  # guests read no code


@pytest.mark.parametrize("hosted", ["github"], indirect=True)
def test_a_base_permission_of_nothing(hosted: HostedServer) -> None:
    hosted.server.members = {"bob": 0}
    hosted.forge.preflight(["bob"])


def test_an_existing_public_repository(hosted: HostedServer) -> None:
    hosted.forge.create_repository("one")
    assert not hosted.forge.is_public("one")
    hosted.server.public = {"one"}
    assert hosted.forge.is_public("one")
    with pytest.raises(ForgeError, match="is not private"):
        hosted.forge.create_repository("one")


# --- access is a state


def test_access(hosted: HostedServer) -> None:
    hosted.forge.create_repository("one")
    hosted.server.members = {"ta": 20}
    assert hosted.forge.access("one") == {}
    hosted.forge.add_collaborator("one", "ada-l")
    assert hosted.forge.access("one") == {"ada-l": IN}


@pytest.mark.parametrize("hosted", ["github"], indirect=True)
def test_an_invitation_that_expired_is_renewed(hosted: HostedServer) -> None:
    hosted.server.accepted = set()
    hosted.forge.create_repository("one")
    hosted.forge.add_collaborator("one", "bob")
    assert hosted.forge.access("one") == {"bob": INVITED}
    hosted.server.expired = {("one", "bob")}
    assert hosted.forge.access("one") == {"bob": EXPIRED}
    hosted.forge.renew_invitation("one", "Bob".casefold())
    assert hosted.forge.access("one") == {"bob": INVITED}


@pytest.mark.parametrize("hosted", ["gitlab"], indirect=True)
def test_a_developer_is_raised_to_a_role_that_may_push(hosted: HostedServer) -> None:
    hosted.forge.create_repository("one")
    hosted.server.invited = [("one", "ada-l"), ("one", "bob")]
    hosted.server.levels["one", "bob"] = 30
    assert hosted.forge.access("one") == {"ada-l": IN}
    hosted.forge.add_collaborator("one", "bob")
    assert hosted.forge.access("one") == {"ada-l": IN, "bob": IN}


# --- when a commit was received


@pytest.mark.parametrize("hosted", ["gitlab"], indirect=True)
def test_a_push_whose_branch_is_not_told_has_no_commit(hosted: HostedServer) -> None:
    hosted.forge.create_repository("one")
    hosted.server.pushed = [(None, "2026-03-05T12:00:00Z"), ("a" * 40, "2026-02-28T12:00:00Z")]
    assert hosted.forge.pushes("one", "main") == [
        Push("", datetime.fromisoformat("2026-03-05T12:00:00Z")),
        Push("a" * 40, datetime.fromisoformat("2026-02-28T12:00:00Z")),
    ]


# --- refusals, in the server's own words


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (
            {"message": "Validation Failed", "errors": [{"message": "name is too long"}]},
            "Validation Failed; name is too long",
        ),
        (
            {"message": "x", "errors": [{"resource": "Repo", "field": "name", "code": "invalid"}]},
            "x; Repo name invalid",
        ),
        (
            {"message": {"path": ["is taken"], "name": ["is bad", "is odd"]}},
            "path: is taken; name: is bad; name: is odd",
        ),
        ({"message": ["Another open merge request already exists"]}, "Another open merge request already exists"),
        (
            {"error": "insufficient_scope", "error_description": "The request requires more."},
            "The request requires more.",
        ),
        ({"error": "404 Not Found"}, "404 Not Found"),
        ({"message": "x", "errors": None}, "x"),
        (["odd"], ""),
        (None, ""),
    ],
)
def test_the_reason_of_a_refusal(data: object, reason: str) -> None:
    assert ApiResponse(422, data).reason == reason


def test_the_reason_is_shown(hosted: HostedServer) -> None:
    body = {"message": "Repository creation failed.", "errors": [{"message": "your plan has no private repositories"}]}
    hosted.server.faults = [Fault("^POST", 422, body=body)]
    with pytest.raises(ForgeError, match="your plan has no private repositories"):
        hosted.forge.create_repository("one")


def test_single_sign_on_shows_its_link(hosted: HostedServer) -> None:
    link = "https://github.com/orgs/ml-course/sso?authorization_request=abc"
    hosted.server.faults = [Fault("^POST", 403, {"X-GitHub-SSO": f"required; url={link}"}, body={"message": "SAML"})]
    with pytest.raises(ForgeError, match="SAML") as caught:
        hosted.forge.create_repository("one")
    assert caught.value.hint.endswith(link)


def test_a_secondary_limit_without_headers_waits_a_minute(hosted: HostedServer) -> None:
    text = {"message": "You have exceeded a secondary rate limit. Please wait a few minutes before you try again."}
    hosted.server.faults = [Fault("^POST", 403, times=2, body=text)]
    hosted.forge.create_repository("one")
    assert [wait for wait in hosted.waits if wait >= 60] == [60, 120]


def test_a_refusal_does_not_wait(hosted: HostedServer) -> None:
    hosted.server.faults = [Fault("^POST", 403, body={"message": "Resource not accessible by personal access token"})]
    with pytest.raises(ForgeError, match="Resource not accessible"):
        hosted.forge.create_repository("one")
    assert [wait for wait in hosted.waits if wait >= 60] == []


@pytest.mark.parametrize("hosted", ["github"], indirect=True)
def test_the_clock_of_a_reset_is_the_callers(hosted: HostedServer) -> None:
    headers = {"X-RateLimit-Remaining": "0", "X-RateLimit-Reset": "1042"}
    hosted.server.faults = [Fault("^GET", 403, headers)]
    api = Api(
        f"{hosted.server.url}/api/v3", hosted.forge._headers(TOKEN), sleep=hosted.waits.append, clock=lambda: 1000.0
    )
    assert api.get("/user").ok
    assert hosted.waits == [42]


@pytest.mark.parametrize("body", [[], [1], "text", 7, {"push_data": 3}, [{"push_data": []}, {"head": 1, "content": 1}]])
def test_an_unexpected_answer_is_no_bug(hosted: HostedServer, body: object) -> None:
    hosted.forge.create_repository("one")
    hosted.forge._account  # noqa: B018 - asked for before the answers become odd
    for act in (
        lambda: hosted.forge.pushes("one", "main"),
        lambda: hosted.forge.access("one"),
        lambda: hosted.forge.is_public("one"),
        lambda: hosted.forge.preflight(["bob"]),
        lambda: hosted.forge.create_repository("two"),
    ):
        hosted.server.faults = [Fault("", 200, times=99, body=body)]
        act()


# --- proxies and certificates


def test_the_api_is_reached_through_the_proxy_of_the_environment(
    hosted: HostedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The fake forge is the proxy, too: nothing listens where the forge is said to be."""
    for name in ("NO_PROXY", "no_proxy", "HTTP_PROXY"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("http_proxy", hosted.server.url)
    away = type(hosted.forge)(OWNER, "http://localhost:1", sleep=hosted.waits.append)
    away.check(used=False)
    monkeypatch.setenv("no_proxy", "localhost")
    with pytest.raises(ForgeError, match="cannot be reached"):
        type(hosted.forge)(OWNER, "http://localhost:1", sleep=hosted.waits.append).check(used=False)


def test_a_proxys_login_goes_to_the_proxy_only(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("https_proxy", "me:s%20x@proxy.example.org:3128")
    monkeypatch.delenv("no_proxy", raising=False)
    monkeypatch.delenv("NO_PROXY", raising=False)
    pool = network.pool("https://git.example.org")
    assert pool.proxy_headers == {"proxy-authorization": "Basic bWU6cyB4"}  # type: ignore[attr-defined]


@pytest.fixture
def certificate(work: Path) -> Path:
    """A certificate for 127.0.0.1 that nobody knows, with its key."""
    path = work / "own.pem"
    key = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    command = ["req", "-x509", *key, "-days", "2", "-subj", "/CN=127.0.0.1"]
    names = ["-addext", "subjectAltName=IP:127.0.0.1"]
    subprocess.run(
        ["openssl", *command, *names, "-keyout", str(path), "-out", str(work / "cert.pem")],
        check=True,
        capture_output=True,
    )
    path.write_bytes(path.read_bytes() + (work / "cert.pem").read_bytes())
    return path


@pytest.mark.skipif(shutil.which("openssl") is None, reason="no openssl")
@pytest.mark.parametrize("variable", ["SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"])
def test_a_certificate_of_ones_own_counts_for_the_api_and_for_git(
    variable: str, work: Path, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("SSL_CERT_FILE", "REQUESTS_CA_BUNDLE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("GITEA_TOKEN", TOKEN)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    with fake_forge(work / "forge", "gitea", tls=context) as server:
        forge = HOSTS["gitea"](OWNER, server.url, sleep=lambda _: None)
        with pytest.raises(ForgeError, match="is not one that is trusted") as caught:
            forge.check(used=False)
        assert "SSL_CERT_FILE" in caught.value.hint
        monkeypatch.setenv(variable, str(work / "cert.pem"))
        forge = HOSTS["gitea"](OWNER, server.url, sleep=lambda _: None)
        forge.create_repository("one")
        assert forge.heads("one") == {}
