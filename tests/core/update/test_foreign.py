"""Other people's templates: every kind of address, tasks, migrations, and what can be wrong with the link."""

import functools
import http.server
import shutil
import threading
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from conftest import Run
from support import git, write
from update_support import LINES, Condition, Template, answers_of, changed, commit, committed, write_and_commit

ME = "[user]\n\tname = Ada Lovelace\n\temail = ada@example.org\n"


@pytest.fixture
def served(tmp_path: Path, template: Path) -> Iterator[str]:
    """The template over HTTP."""
    git(tmp_path, "clone", "--quiet", "--bare", str(template), "served/tpl.git")
    git(tmp_path / "served/tpl.git", "update-server-info")

    class Quiet(http.server.SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Say nothing."""

    handler = functools.partial(Quiet, directory=str(tmp_path / "served"))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"http://127.0.0.1:{server.server_port}/tpl.git"
        server.shutdown()
        thread.join()


def update_from(address: str, run: Run, work: Path) -> None:
    place = work / "place"
    made = run("new", address, place, "--ref", "0.1.0", "-y", "--no-install")
    assert made.code == 0, made.err
    write_and_commit(place, {"src/a.txt": changed(LINES, l2="mine")})

    done = run("update", place, "-y", "--json")

    assert (done.code, done.data.get("to")) == (0, "0.2.0"), done.out
    assert committed(place)["src/a.txt"].content.decode() == changed(LINES, l2="mine", l18="theirs")
    assert answers_of(place)["_src_path"] == (f"git+{address}" if address.startswith("file:") else address)
    assert answers_of(place)["_commit"] == "0.2.0"


@pytest.mark.parametrize("kind", ["file://{}", "git+file://{}", "{}"])
def test_a_path_or_a_file_url(kind: str, template: Path, run: Run, work: Path) -> None:
    update_from(kind.format(template), run, work)


def test_a_bare_repository(template: Path, run: Run, work: Path) -> None:
    git(work, "clone", "--quiet", "--bare", str(template), "tpl.git")
    update_from(str(work / "tpl.git"), run, work)


@pytest.mark.thorough
def test_http(served: str, run: Run, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("no_proxy", "127.0.0.1")
    update_from(served, run, work)


@pytest.mark.parametrize("address", ["gh:acme/tpl", "https://github.com/acme/tpl.git"])
def test_github(address: str, template: Path, run: Run, work: Path, gitconfig: Callable[[str], None]) -> None:
    git(work, "clone", "--quiet", "--bare", str(template), "hub/acme/tpl.git")
    gitconfig(f'{ME}[url "file://{work}/hub/"]\n\tinsteadOf = https://github.com/\n')
    update_from(address, run, work)


def test_tags_with_a_v(run: Run, work: Path) -> None:
    made = Template(work / "tpl").release("v1.0.0", {"a.txt": "1\n"})
    assert run("new", made.folder, work / "one", "-y", "--no-install").code == 0
    made.release("v1.10.0", {"a.txt": "3\n"}).release("nightly", {"a.txt": "4\n"})
    assert run("update", work / "one", "-y").code == 0
    assert answers_of(work / "one")["_commit"] == "v1.10.0"


TASKS = 'name: {type: str, default: it}\n_tasks: ["echo made {{ name }} >> made.txt"]\n'


@pytest.mark.thorough
def test_tasks_need_trust_and_are_part_of_what_is_merged(run: Run, work: Path) -> None:
    made = Template(work / "tpl").release("1.0", {"a.txt": LINES}, TASKS)
    assert run("new", made.folder, work / "one", "-y", "--no-install", "--trust").code == 0
    write_and_commit(work / "one", {"made.txt": "made it\nmine\n", "a.txt": changed(LINES, l2="mine")})
    tasks = TASKS.replace(">> made.txt", ">> made.txt; echo new > new.txt")
    made.release("2.0", {"a.txt": changed(LINES, l18="theirs")}, tasks)
    before = Condition.of(work / "one")

    refused = run("update", work / "one", "-y", "--json")
    assert (refused.code, "--trust" in refused.json["error"]["hint"]) == (1, True)
    assert "task `echo made" in refused.json["error"]["message"]
    assert Condition.of(work / "one") == before

    assert run("update", work / "one", "-y", "--trust").code == 0
    files = committed(work / "one")
    assert files["made.txt"].content == b"made it\nmine\n"
    assert files["new.txt"].content == b"new\n"
    assert files["a.txt"].content.decode() == changed(LINES, l2="mine", l18="theirs")


@pytest.fixture
def own(template: Path, work: Path, project: Path) -> Path:
    """A project whose template may be spoilt."""
    shutil.copytree(template, work / "tpl", symlinks=True)
    answers = (project / ".copier-answers.yml").read_text().replace(str(template), str(work / "tpl"))
    write_and_commit(project, {".copier-answers.yml": answers})
    return project


def refused(project: Path, run: Run, *said: str) -> None:
    """One sentence, a hint, and nothing changed."""
    before = Condition.of(project)
    for command in (["update", project, "-y"], ["update", project, "-y", "--dry-run"]):
        done = run(*command, "--json")
        assert done.code in (1, 2), done.out
        error = done.json["error"]
        assert all(part in error["message"] for part in said), error
        assert error["hint"]
        assert "\n" not in error["message"]
    assert Condition.of(project) == before
    assert run("status", project).code in {0, 1}


def test_the_template_is_gone(own: Path, run: Run, work: Path) -> None:
    shutil.rmtree(work / "tpl")
    refused(own, run, str(work / "tpl"))


def test_the_tag_is_missing(own: Path, run: Run, work: Path) -> None:
    git(work / "tpl", "tag", "--delete", "0.1.0")
    refused(own, run, "0.1.0")


def test_the_template_has_no_tags(own: Path, run: Run, work: Path) -> None:
    git(work / "tpl", "tag", "--delete", "0.1.0", "0.2.0", "0.3.0rc1")
    refused(own, run, "no releases")


@pytest.mark.thorough
def test_the_project_is_newer_than_the_template(own: Path, run: Run, work: Path) -> None:
    run("update", own, "-y")
    git(work / "tpl", "tag", "--delete", "0.2.0", "0.3.0rc1")
    refused(own, run, "is from release 0.2.0, newer than any that is here (0.1.0)")
    assert run("update", own, "--check").code == 0


def test_a_release_that_does_not_exist(own: Path, run: Run) -> None:
    done = run("update", own, "-y", "--to", "9.9", "--json")
    assert (done.code, "9.9" in done.json["error"]["message"]) == (1, True), done.out


def test_no_answers_file(project: Path, run: Run) -> None:
    git(project, "rm", "--quiet", ".copier-answers.yml")
    commit(project)
    refused(project, run, "was not made from a template")
    assert "scaffold adopt" in run("update", project, "--json").json["error"]["hint"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("<<<<<<< yours\n_commit: 0.1.0\n=======\n_commit: 0.2.0\n>>>>>>> theirs\n", "is in conflict"),
        ("_commit: [0.1.0\n", "is not valid YAML"),
        ("- a\n- b\n", "holds no answers"),
        ("", "holds no answers"),
        ("_commit: 0.1.0\n", "does not say which release of which template"),
        ("_src_path: x\n", "does not say which release of which template"),
        ("_commit: 0.1.0\n_src_path: no-such-name\n", "no template `no-such-name`"),
    ],
)
def test_an_answers_file_edited_by_hand(text: str, said: str, project: Path, run: Run) -> None:
    write_and_commit(project, {".copier-answers.yml": text})
    refused(project, run, said)


def test_an_answer_edited_by_hand_and_not_committed(project: Path, run: Run) -> None:
    text = (project / ".copier-answers.yml").read_text().replace("docker: true", "docker: false")
    write(project, {".copier-answers.yml": text})
    for flags in ([], ["--autostash"], ["--dry-run"]):
        done = run("update", project, "-y", *flags, "--json")
        assert (done.code, ".copier-answers.yml" in done.json["error"]["message"]) == (1, True), flags
        assert done.json["error"]["hint"]


def test_comments_in_the_answers_file_are_no_conflict(project: Path, run: Run) -> None:
    text = (project / ".copier-answers.yml").read_text()
    write_and_commit(project, {".copier-answers.yml": "# mine\n" + text.replace("license: MIT", "license:   'MIT'")})
    assert run("update", project, "-y").code == 0
    assert answers_of(project)["_commit"] == "0.2.0"


@pytest.mark.thorough
def test_a_project_from_an_untagged_commit(run: Run, work: Path) -> None:
    made = Template(work / "tpl").release("1.0", {"a.txt": LINES})
    write_and_commit(made.folder, {"project/a.txt": changed(LINES, l2="between")})
    assert run("new", made.folder, work / "one", "--ref", "HEAD", "-y", "--no-install").code == 0
    assert run("update", work / "one", "--check").code == 0
    assert "newer than any that is here (1.0)" in run("update", work / "one", "--json").json["error"]["message"]
    made.release("2.0", {"a.txt": changed(LINES, l2="between", l18="theirs")})
    write_and_commit(work / "one", {"a.txt": changed(LINES, l2="between", l10="mine")})

    done = run("update", work / "one", "-y", "--json")

    assert done.code == 0, done.out
    assert committed(work / "one")["a.txt"].content.decode() == changed(LINES, l2="between", l10="mine", l18="theirs")


def test_exclude_and_skip_of_a_template(template: Path, project: Path, run: Run) -> None:
    """`_exclude` follows the answers of both sides; `_skip_if_exists` leaves even an emptied file alone."""
    write_and_commit(project, {"conf/local.ini": ""})
    assert run("update", project, "-y", "-d", "docker=false").code == 0
    assert (project / "conf/local.ini").read_text() == ""
    assert not (project / "Dockerfile").exists()


def test_a_template_that_is_the_whole_of_its_repository(run: Run, work: Path) -> None:
    """Without `_subdirectory`: the questions lie beside the files."""
    answers = "{{ _copier_conf.answers_file }}.jinja"
    write(work / "tpl", {"copier.yml": "name: it\n", "a.txt": LINES, answers: "{{ _copier_answers|to_nice_yaml -}}\n"})
    git(work / "tpl", "init", "--quiet")
    commit(work / "tpl")
    git(work / "tpl", "tag", "1.0")
    assert run("new", work / "tpl", work / "one", "-y", "--no-install").code == 0
    write_and_commit(work / "tpl", {"a.txt": changed(LINES, l18="theirs")})
    git(work / "tpl", "tag", "2.0")
    write_and_commit(work / "one", {"a.txt": changed(LINES, l2="mine")})

    assert run("update", work / "one", "-y").code == 0

    assert committed(work / "one").keys() == {"a.txt", ".copier-answers.yml"}
    assert committed(work / "one")["a.txt"].content.decode() == changed(LINES, l2="mine", l18="theirs")
