"""A class on GitHub, GitLab and Gitea, over real HTTP and with server faults."""

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest

from classroom_support import ROSTER, STUDENTS, TOKEN, Course, make_course
from conftest import Run
from fake_forge import OWNER, FakeForge, Fault, fake_forge
from scaffold.tools.forges import hosted
from support import git

TOKENS = {"github": "GITHUB_TOKEN", "gitlab": "GITLAB_TOKEN", "gitea": "GITEA_TOKEN"}
WITH_NAMES = ROSTER.replace("bob,Bob,,,", "bob,Bob,,bob,").replace("eve,Eve Ž,,,", "eve,Eve Ž,,eve,")


@dataclass
class HostedClass:
    """A class and its forge."""

    course: Course
    forge: FakeForge


@pytest.fixture(params=TOKENS)
def hosted_class(request: pytest.FixtureRequest, work: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[HostedClass]:
    monkeypatch.setenv(TOKENS[request.param], TOKEN)
    # GitHub asks for a second between two writes; tests/tools/forges/test_rate_limiter.py tests that without waiting.
    monkeypatch.setattr(hosted.RateLimiter, "wait", lambda self: None)
    with fake_forge(work / "forge", request.param) as forge:
        where = f'[forge]\nkind = "{request.param}"\norganisation = "{OWNER}"\nurl = "{forge.url}"\n'
        made = make_course(work / "ml1", WITH_NAMES, where)
        monkeypatch.chdir(made.folder)
        yield HostedClass(Course(made.folder, work / "forge" / OWNER), forge)


def states(result: object) -> dict[str, str]:
    return {row["id"]: row["state"] for row in result.data["students"]}  # type: ignore[attr-defined]


@pytest.mark.thorough
def test_everybody_gets_a_private_repository_with_access(hosted_class: HostedClass, run: Run) -> None:
    done = run("class", "handout", "hw1", "--json")
    assert (done.code, states(done)) == (0, dict.fromkeys(STUDENTS, "handed out"))
    assert sorted(hosted_class.forge.invited) == [("hw1-ada", "ada-l"), ("hw1-bob", "bob"), ("hw1-eve", "eve")]
    for student in STUDENTS:
        assert "src/answer.py" in hosted_class.course.files(student)
    writes = [call for call in hosted_class.forge.calls if not call.startswith("GET")]
    again = run("class", "handout", "hw1", "--json")
    assert set(states(again).values()) == {"there already"}
    assert [call for call in hosted_class.forge.calls if not call.startswith("GET")] == writes


@pytest.mark.thorough
def test_an_update_is_a_pull_request(hosted_class: HostedClass, run: Run) -> None:
    run("class", "handout", "hw1")
    hosted_class.course.assign({"README.md": "# First homework\n\nOne.\n\nTwo, fixed.\n\nThree.\n"})
    done = run("class", "update", "hw1", "-m", "Two was wrong", "--json")
    assert (done.code, set(states(done).values())) == (0, {"branch sent"})
    for student in STUDENTS:
        ((branch, target, title, text),) = hosted_class.forge.pull_requests[f"hw1-{student}"]
        assert (branch, target, title) == ("starter-2", "main", "Starter 2")
        assert "Two was wrong" in text
    run("class", "update", "hw1")
    assert all(len(asked) == 1 for asked in hosted_class.forge.pull_requests.values())


@pytest.mark.thorough
def test_a_renamed_username_is_reported_and_works_once_the_roster_is_corrected(
    hosted_class: HostedClass, run: Run
) -> None:
    roster = hosted_class.course.folder / "roster.csv"
    roster.write_text(roster.read_text().replace(",,bob,", ",,bobby,"))
    done = run("class", "handout", "hw1", "--json")
    assert (done.code, states(done)["bob"]) == (4, "failed")
    assert states(done)["ada"] == states(done)["eve"] == "handed out"
    roster.write_text(roster.read_text().replace(",,bobby,", ",,bob,"))
    assert run("class", "resume").code == 0
    assert ("hw1-bob", "bob") in hosted_class.forge.invited


@pytest.mark.thorough
@pytest.mark.parametrize(
    "fault",
    [
        Fault("^POST", 502, after=True, times=2),
        Fault("^POST", 502, times=2),
        Fault("(PUT|members)", 500, times=2),
        Fault("^POST", 403, {"Retry-After": "9999"}, times=2),
        Fault("^POST", 404, {"Retry-After": "0"}, times=2),
    ],
    ids=["done, and 502", "502", "half done", "come back in hours", "a limit that says 404"],
)
def test_server_faults_do_not_change_the_result(hosted_class: HostedClass, run: Run, fault: Fault) -> None:
    hosted_class.forge.faults = [fault]
    first = run("class", "handout", "hw1")
    assert first.code in (0, 4)
    assert "Traceback" not in first.out + first.err
    hosted_class.forge.faults = []
    assert run("class", "resume").code == 0
    assert {student: len(hosted_class.course.heads(student)) for student in STUDENTS} == dict.fromkeys(STUDENTS, 1)
    assert {user for _, user in hosted_class.forge.invited} == {"ada-l", "bob", "eve"}
    assert states(run("class", "handout", "hw1", "--json")) == dict.fromkeys(STUDENTS, "there already")


def test_a_dry_run_sends_no_request_and_needs_no_token(
    hosted_class: HostedClass, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv(TOKENS[hosted_class.forge.kind])
    done = run("class", "handout", "hw1", "--dry-run", "--json")
    assert done.code == 0
    assert done.data["seconds"] == (5 if hosted_class.forge.kind == "github" else 0)
    assert hosted_class.forge.calls == []
    failed = run("class", "handout", "hw1")
    assert (failed.code, TOKENS[hosted_class.forge.kind] in failed.err) == (1, True)


@pytest.mark.thorough
def test_the_token_is_in_no_file_and_no_output(hosted_class: HostedClass, run: Run) -> None:
    said = run("class", "handout", "hw1")
    kept = b"".join(path.read_bytes() for path in hosted_class.course.folder.rglob("*") if path.is_file())
    assert TOKEN not in said.out + said.err
    assert TOKEN.encode() not in kept
    assert git(hosted_class.course.folder, "config", "--list").count(TOKEN) == 0


@pytest.mark.thorough
def test_the_estimate_for_ten_thousand_students_on_github(
    work: Path, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    roster = "student_id,name,username\n" + "".join(f"s{at},S {at},u{at}\n" for at in range(10_000))
    made = make_course(work / "big", roster, f'[forge]\nkind = "github"\norganisation = "{OWNER}"\n')
    monkeypatch.chdir(made.folder)
    done = run("class", "handout", "hw1", "--dry-run")
    assert done.code == 0
    assert "at least 39 h" in done.out


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (("--forge", "github"), "organisation"),
        (("--forge", "gitea", "--organisation", "x"), "the address of the server"),
        (("--forge", "bitbucket", "--organisation", "x"), "of the kind `bitbucket`"),
        (("--forge", "github", "--organisation", "../x"), "organisation"),
        (("--forge", "github", "--organisation", "x", "--url", "https://me:secret@github.com"), "secret"),
    ],
)
def test_invalid_options_of_init_write_nothing(work: Path, run: Run, arguments: tuple[str, ...], words: str) -> None:
    failed = run("class", "init", str(work / "ml2"), *arguments)
    assert failed.code == 1
    assert words in failed.err or words == "secret"
    assert "me:secret" not in failed.err
    assert not (work / "ml2/class.toml").exists()


@pytest.mark.parametrize("kind", TOKENS)
def test_init_writes_a_valid_class_file(work: Path, run: Run, kind: str) -> None:
    url = ("--url", "https://git.example.org") if kind == "gitea" else ()
    done = run("class", "init", str(work / "ml2"), "--forge", kind, "--organisation", "ml-2026", *url, "--json")
    assert (done.code, done.data["forge"]) == (0, kind)
    assert TOKENS[kind] in (work / "ml2/class.toml").read_text()
    assert run("class", "status", "-C", str(work / "ml2")).code == 0


def access(result: object) -> dict[str, tuple[str, str]]:
    return {row["id"]: (row["access"], row["done"]) for row in result.data["students"]}  # type: ignore[attr-defined]


@pytest.mark.thorough
def test_a_username_that_is_filled_in_later_gets_access(hosted_class: HostedClass, run: Run) -> None:
    roster = hosted_class.course.folder / "roster.csv"
    complete = roster.read_text()
    roster.write_text(complete.replace(",,bob,", ",,,"))
    assert run("class", "handout", "hw1").code == 0
    assert access(run("class", "access", "hw1", "--dry-run", "--json"))["bob"] == ("no username", "")
    roster.write_text(complete)
    assert access(run("class", "access", "hw1", "--dry-run", "--json"))["bob"] == ("not in", "")
    again = run("class", "handout", "hw1", "--json")
    assert set(states(again).values()) == {"there already"}
    assert "bob invited" in next(row["detail"] for row in again.data["students"] if row["id"] == "bob")
    done = run("class", "access", "hw1", "--json")
    assert (done.code, access(done)) == (0, dict.fromkeys(STUDENTS, ("in", "")))


@pytest.mark.thorough
@pytest.mark.parametrize("hosted_class", ["github"], indirect=True)
def test_an_invitation_that_expired_is_sent_again(hosted_class: HostedClass, run: Run) -> None:
    forge = hosted_class.forge
    forge.accepted = {"ada-l"}
    run("class", "handout", "hw1")
    forge.expired = {("hw1-bob", "bob")}
    looked = run("class", "access", "hw1", "--dry-run", "--json")
    assert access(looked) == {"ada": ("in", ""), "bob": ("expired", ""), "eve": ("invited", "")}
    done = run("class", "access", "hw1", "--json")
    assert access(done)["bob"] == ("expired", "invited again")
    assert access(run("class", "access", "hw1", "--json"))["bob"] == ("invited", "")


@pytest.mark.parametrize("hosted_class", ["github"], indirect=True)
def test_a_wrong_username_keeps_no_team_mate_out(hosted_class: HostedClass, run: Run) -> None:
    course = hosted_class.course
    course.assign({"assignment.toml": 'title = "x"\nhidden = ["tests/hidden"]\nteams = true\n'})
    roster = course.folder / "roster.csv"
    roster.write_text(roster.read_text().replace(",,bob,", ",,bobby,").replace("Ada L,,ada-l", "Ada L,,nobody-x"))
    roster.write_text(roster.read_text().replace("eve,B,", "eve,B,red"))
    done = run("class", "handout", "hw1", "--json")
    assert (done.code, states(done)) == (4, {"red": "failed"})
    assert hosted_class.forge.invited == [("hw1-red", "eve")]


@pytest.mark.thorough
@pytest.mark.parametrize("hosted_class", ["github"], indirect=True)
def test_nothing_is_written_before_the_preflight_passes(hosted_class: HostedClass, run: Run) -> None:
    hosted_class.forge.base, hosted_class.forge.members = "read", {"bob": 0}
    failed = run("class", "handout", "hw1")
    assert (failed.code, "bob can read every repository" in failed.err) == (1, True)
    assert not [call for call in hosted_class.forge.calls if not call.startswith("GET")]
    hosted_class.forge.base = "none"
    assert run("class", "resume").code == 0


@pytest.mark.parametrize("hosted_class", ["github"], indirect=True)
def test_a_public_repository_of_the_name_gets_no_starter(hosted_class: HostedClass, run: Run) -> None:
    hosted_class.forge.make("hw1-bob")
    hosted_class.forge.public = {"hw1-bob"}
    done = run("class", "handout", "hw1", "--json")
    assert states(done) == {"ada": "handed out", "bob": "failed", "eve": "handed out"}
    assert "not private" in next(row["detail"] for row in done.data["students"] if row["id"] == "bob")
    assert hosted_class.course.heads("bob") == {}


@pytest.mark.thorough
@pytest.mark.parametrize("hosted_class", ["gitlab"], indirect=True)
def test_work_of_a_push_that_tells_no_branch_is_not_backdated(
    hosted_class: HostedClass, run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    course = hosted_class.course
    course.assign({"assignment.toml": 'title = "x"\nhidden = ["tests/hidden"]\ndue = 2026-03-01T12:00:00Z\n'})
    run("class", "handout", "hw1")
    starter = course.heads("ada")["main"]
    monkeypatch.setenv("GIT_COMMITTER_DATE", "2026-02-28T10:00:00Z")
    course.commit_work("ada", {"src/answer.py": "mine\n"})
    hosted_class.forge.pushed = [(None, "2026-03-05T12:00:00Z"), (starter, "2026-02-01T12:00:00Z")]
    done = run("class", "collect", "hw1", "--only", "ada", "--json")
    detail = done.data["students"][0]["detail"]
    assert "(assumed: the server does not say when), late by 4 d 0 h" in detail


@pytest.mark.thorough
@pytest.mark.parametrize("hosted_class", ["github"], indirect=True)
def test_an_odd_answer_hits_one_student_only(hosted_class: HostedClass, run: Run) -> None:
    run("class", "handout", "hw1")
    hosted_class.course.assign({"README.md": "# Fixed\n"})
    hosted_class.forge.faults = [Fault("hw1-bob/pulls", 200, times=9, body=[])]
    done = run("class", "update", "hw1", "--json")
    assert (done.code, states(done)) == (4, {"ada": "branch sent", "bob": "failed", "eve": "branch sent"})
