"""`scaffold new … --data` and `scaffold set --data`: what stands afterwards, and what stands when it was stopped."""

import hashlib
import os
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import Run
from data_support import TABLE_TEMPLATE, csv_text, write_houses
from scaffold.core.dataset import place
from support import Gate, Result, git, kill, snapshot, write

DATA = "data/raw/h.csv"


@pytest.fixture
def template(tmp_path: Path) -> Path:
    """A template that takes a table."""
    return write(tmp_path / "numbers", TABLE_TEMPLATE)


@pytest.fixture
def new(run: Run, template: Path, work: Path) -> Run:
    """`scaffold new numbers mine --data h.csv …`, the file being there."""
    write_houses(work / "h.csv")

    def new_it(*args: str | Path) -> Result:
        return run("new", template, "mine", "--data", "h.csv", *args, "-y", "--no-install", "--json")

    return new_it


def answers(project: Path) -> Any:
    return yaml.safe_load((project / ".copier-answers.yml").read_text())


def test_the_project_holds_the_file_and_what_is_known_of_it(new: Run, work: Path) -> None:
    done = new("--target", "price")
    assert done.code == 0, done.err
    project = work / "mine"
    content = (work / "h.csv").read_bytes()
    assert (project / DATA).read_bytes() == content
    assert (project / "data/raw/SHA256SUMS").read_text() == f"{hashlib.sha256(content).hexdigest()}  h.csv\n"
    assert not (project / "data/raw/example.csv").exists()
    assert (project / "names.py").read_text() == 'NAMES = ["size", "rooms", "district", "sold", "price"]\n'
    assert answers(project)["target"] == "price"
    assert git(project, "ls-files", "data").splitlines() == ["data/raw/SHA256SUMS", DATA]
    assert git(project, "status", "--porcelain") == ""
    assert "`sold` is the only date" in done.json["warnings"][0]["message"]


@pytest.mark.thorough
def test_a_template_that_describes_asks_for_no_target(run: Run, template: Path, work: Path) -> None:
    write(template, {"template.toml": TABLE_TEMPLATE["template.toml"].replace('task = "regression"\n', "")})
    write_houses(work / "h.csv")
    done = run("new", template, "mine", "--data", "h.csv", "-y", "--no-install", "--dry-run")
    assert (done.code, os.listdir(work)) == (0, ["h.csv"]), done.err
    assert "predicted" not in done.out
    done = run("new", template, "mine", "--data", "h.csv", "-y", "--no-install", "--json")
    assert done.code == 0, done.err
    assert answers(work / "mine")["target"] == ""
    assert done.json["warnings"] == []
    assert "any table: --data FILE" in run("show", template).out
    done = run("set", "--drop", "rooms", "-C", "mine")
    assert "rooms" not in (work / "mine/names.py").read_text(), done.err


def test_without_data_it_is_the_example(run: Run, template: Path, work: Path) -> None:
    assert run("new", template, "mine", "-y", "--no-install").code == 0
    assert (work / "mine/data/raw/example.csv").is_file()
    assert answers(work / "mine")["dataset"] == ""


def test_for_people_the_roles_are_shown(run: Run, new: Run, template: Path) -> None:
    done = run("new", template, "mine", "--data", "h.csv", "--target", "price", "-y", "--no-install")
    assert "h.csv: 120 rows; `price` is predicted as a number" in done.out
    assert "The split is made in time, by `sold`." in done.out


def test_a_large_file_stays_out_of_git(new: Run, work: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(place, "LARGEST_IN_GIT", 1000)
    assert new("--target", "price").code == 0
    project = work / "mine"
    assert (project / DATA).read_bytes() == (work / "h.csv").read_bytes()
    assert git(project, "ls-files", "data") == "data/raw/SHA256SUMS"
    assert git(project, "status", "--porcelain") == ""


@pytest.mark.thorough
def test_a_dry_run_shows_the_profile_and_what_would_be_asked(run: Run, new: Run, template: Path, work: Path) -> None:
    done = new("--target", "price", "--dry-run")
    assert done.data["data"]["features"] == ["size", "rooms", "district"]
    assert done.data["would_ask"] == ["project_name"]
    assert DATA in done.data["files"]
    shown = run("new", template, "mine", "--data", "h.csv", "--target", "price", "--dry-run", "-y")
    assert "120 rows, 5 columns" in shown.out
    assert "Would ask: project_name" in shown.out
    assert os.listdir(work) == ["h.csv"]


@pytest.mark.thorough
def test_a_dry_run_without_a_target_shows_what_it_could_be(run: Run, new: Run, template: Path, work: Path) -> None:
    done = new("--dry-run")
    assert done.code == 0
    assert done.data["would_ask"] == ["target", "project_name"]
    assert done.data["data"]["rows"] == 120
    shown = run("new", template, "mine", "--data", "h.csv", "--dry-run", "-y")
    assert "Would ask: target, project_name" in shown.out
    assert "Columns that can be predicted (--target): `size`, `rooms`, `price`" in shown.out


@pytest.mark.parametrize(
    ("args", "message"),
    [
        (["--target", "nope"], "h.csv has no column `nope` (--target)."),
        ([], "Which column is to be predicted?"),
        (["--target", "district"], "`district` is no number to predict: it has 3 classes (north, old town, south)."),
        (["--target", "price", "-d", "target=size"], None),
    ],
)
def test_a_refusal_leaves_nothing(new: Run, work: Path, args: list[str], message: str | None) -> None:
    done = new(*args)
    if message is None:
        assert answers(work / "mine")["target"] == "price"
        return
    assert done.json["error"]["message"].startswith(message.split(" (north")[0])
    assert os.listdir(work) == ["h.csv"]


def test_flags_without_a_file(run: Run, template: Path) -> None:
    done = run("new", template, "mine", "--target", "price", "-y")
    assert (done.code, "none was given" in done.err) == (2, True)


def test_a_template_without_data_says_so(run: Run, acme: str, work: Path) -> None:
    write_houses(work / "h.csv")
    done = run("new", "acme/hello", "mine", "--data", "h.csv", "--target", "price", "-y")
    assert (done.code, "acme/hello works on its own example and takes no --data." in done.err) == (2, True)
    assert os.listdir(work) == ["h.csv"]


def test_another_kind_of_data_is_named(run: Run, template: Path, work: Path) -> None:
    text = TABLE_TEMPLATE["template.toml"].replace('"table"\ntask = "regression"', '"database"')
    write(template, {"template.toml": text})
    write_houses(work / "h.csv")
    done = run("new", template, "mine", "--data", "h.csv", "--target", "price", "-y")
    assert "numbers takes database, and not a table." in done.err


@pytest.fixture
def stopping(gate: Gate, home: Path, gitconfig: Callable[[str], None]) -> Gate:
    """A gate at which every commit stops."""
    # The first commit runs no hooks, but is signed where its owner signs.
    write(home, {"sign": f"#!/bin/sh\n{gate.command}\n"})
    (home / "sign").chmod(0o755)
    gitconfig(f"[user]\nname = A\nemail = a@b\n[commit]\ngpgSign = true\n[gpg]\nprogram = {home}/sign\n")
    return gate


def test_killed_while_making_nothing_is_half_made(
    template: Path, work: Path, start: Callable[..., Any], stopping: Gate
) -> None:
    content = write_houses(work / "h.csv").read_bytes()
    process = start("new", template, "mine", "--data", "h.csv", "--target", "price", "-y", "--no-install")
    stopping.wait()
    kill(process)
    assert not (work / "mine").exists()
    assert (work / "h.csv").read_bytes() == content


@pytest.fixture
def example(run: Run, template: Path, work: Path) -> Path:
    """A project that works on the template's example."""
    assert run("new", template, "mine", "-y", "--no-install").code == 0
    return work / "mine"


@pytest.mark.thorough
def test_set_brings_data_into_a_project_of_the_example(run: Run, example: Path, work: Path) -> None:
    write_houses(work / "h.csv")
    (example / "own.txt").write_text("mine\n")
    git(example, "add", "--all")
    git(example, "commit", "--quiet", "--message", "own")
    done = run("set", "--data", "h.csv", "--target", "price", "-C", example, "--json")
    assert done.code == 0, done.err
    assert (example / DATA).read_bytes() == (work / "h.csv").read_bytes()
    assert not (example / "data/raw/example.csv").exists()
    assert (example / "own.txt").read_text() == "mine\n"
    assert answers(example)["dataset"] == "h.csv"
    assert git(example, "log", "-1", "--format=%s") == "Set data (numbers 0.1.0.dev0)"
    assert git(example, "status", "--porcelain") == ""
    git(example, "revert", "--no-edit", "HEAD")
    assert (example / "data/raw/example.csv").is_file()
    assert not (example / DATA).exists()


@pytest.mark.thorough
def test_killed_while_setting_the_project_can_be_put_back(
    run: Run, example: Path, work: Path, start: Callable[..., Any], stopping: Gate
) -> None:
    write_houses(work / "h.csv")
    before = snapshot(example)
    process = start("set", "--data", "h.csv", "--target", "price", "-C", example)
    stopping.wait()
    kill(process)
    assert run("update", "--abort", example).code == 0
    assert snapshot(example) == before
    assert git(example, "status", "--porcelain") == ""


@pytest.mark.thorough
def test_set_looks_at_the_project_s_own_file_anew(run: Run, new: Run, work: Path) -> None:
    new("--target", "price")
    project = work / "mine"
    assert run("set", "--drop", "rooms", "-C", project).code == 0
    assert run("set", "--drop", "district", "--target", "size", "-C", project).code == 0
    found = answers(project)
    assert found["dropped_columns"] == ["rooms", "district"]
    assert (found["target"], found["time_column"], found["dataset_source"]) == ("size", "sold", "h.csv")
    assert (project / DATA).read_text().splitlines()[0] == "size,sold,price"
    assert [column["name"] for column in found["columns"]] == ["size", "sold", "price"]
    assert git(project, "status", "--porcelain") == ""


@pytest.mark.thorough
def test_set_replaces_one_file_by_another(run: Run, new: Run, work: Path) -> None:
    new("--target", "price")
    write_houses(work / "newer.csv", rows=200, seed=2)
    assert run("set", "--data", "newer.csv", "-C", "mine").code == 0
    assert git(work / "mine", "ls-files", "data").splitlines() == ["data/raw/SHA256SUMS", "data/raw/newer.csv"]
    assert answers(work / "mine")["target"] == "price"


@pytest.mark.thorough
def test_set_keeps_a_file_that_its_owner_changed(run: Run, new: Run, work: Path) -> None:
    new("--target", "price")
    project = work / "mine"
    (project / "names.py").write_text("NAMES = []  # mine\n")
    git(project, "commit", "--all", "--quiet", "--message", "mine")
    done = run("set", "--drop", "rooms", "-C", project)
    assert done.code == 4
    assert "# mine" in (project / "names.py").read_text()
    assert run("update", "--abort", project).code == 0
    assert git(project, "status", "--porcelain") == ""


@pytest.mark.thorough
def test_a_dry_run_of_set_changes_nothing(run: Run, new: Run, work: Path) -> None:
    new("--target", "price")
    before = snapshot(work)
    done = run("set", "--drop", "rooms", "-C", "mine", "--dry-run")
    assert (done.code, "`price` is predicted as a number" in done.out) == (0, True)
    assert snapshot(work) == before


@pytest.mark.thorough
def test_set_of_an_answer_keeps_the_data(run: Run, new: Run, work: Path) -> None:
    new("--target", "price")
    known = answers(work / "mine")
    assert run("set", "project_name=other", "-C", "mine").code == 0
    assert answers(work / "mine") == {**known, "project_name": "other"}


@pytest.mark.parametrize(
    ("args", "words"),
    [
        ([], "Nothing was said to change."),
        (["target=size"], "`target` is answered by a file, not by hand."),
        (["--target", "price"], "mine works on its template's example."),
    ],
)
def test_set_refuses(run: Run, example: Path, args: list[str], words: str) -> None:
    done = run("set", *args, "-C", example)
    assert (done.code, words in done.err) == (2, True)


HOSTILE = st.one_of(
    st.sampled_from(
        ['"); import os  #', "{{ 7*7 }}", "{% raw %}", "class", "a: b", "- x", "é 😀", "%d", "#x", "<b>", "'"]
    ),
    st.text(st.characters(exclude_categories=("Cs", "Cc", "Zl", "Zp", "Cf")), min_size=1, max_size=200),
)


@pytest.mark.thorough
@settings(max_examples=25)
@given(name=HOSTILE.map(str.strip).filter(lambda text: bool(text) and text not in ("a", "b") and not text[0].isdigit()))
def test_any_column_name_survives_new_and_set(tmp_path_factory: pytest.TempPathFactory, name: str) -> None:
    survives_new_and_set(tmp_path_factory.mktemp("d"), name)


@pytest.mark.parametrize("name", ['"); import os  #', "{{ 7*7 }}", "é 😀"])
def test_a_hostile_column_name_survives_new_and_set(work: Path, name: str) -> None:
    survives_new_and_set(work, name)


def survives_new_and_set(place: Path, name: str) -> None:
    from scaffold.cli.main import main

    template = write(place / "numbers", TABLE_TEMPLATE)
    rows = [[n % 7, n * 31 % 17, name] for n in range(60)]
    (place / "h.csv").write_text(csv_text(["a", "b", name], rows), encoding="utf-8")
    project = place / "mine"
    args = ["--data", str(place / "h.csv"), "--target", "b", "--keep", name, "-y", "--no-install", "-q"]
    clean = " ".join(name.split())
    args[5] = clean
    assert main(["new", str(template), str(project), *args]) == 0
    assert [column["name"] for column in answers(project)["columns"]] == ["a", "b", clean]
    names: dict[str, Any] = {}
    exec((project / "names.py").read_text(encoding="utf-8"), names)
    assert names["NAMES"] == ["a", "b", clean]
    assert main(["set", "project_name=x", "-C", str(project), "-q"]) == 0
    assert answers(project)["columns"][2]["name"] == clean
