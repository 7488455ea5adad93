"""What a template's authors tell the owner about an update: in the plan, in the summary, and in JSON."""

from pathlib import Path

import pytest

from conftest import Run
from core.update.test_renderings import COPIERS_OWN
from scaffold.commands import template as template_command
from scaffold.core.templates import changelog
from support import set_version, write
from update_support import Template

LOG = """\
# 1.0.0

Much better.

- **Notice:** before you deploy: the key `OPENAI_KEY`
  of .env is gone.
- Not a notice.

**Notice:** run `make migrate` once.

# 0.1.0

**Notice:** never shown.
"""
NOTICES = ["before you deploy: the key `OPENAI_KEY` of .env is gone.", "run `make migrate` once."]


def test_they_are_the_marked_paragraphs_of_a_change_log() -> None:
    assert changelog.notices(changelog.between(LOG, "0.1.0", "1.0.0")) == NOTICES
    assert changelog.notices("Nothing.\n") == []


@pytest.mark.thorough
def test_every_update_that_crosses_the_release_shows_them(
    acme: str, templates: Path, released: Path, run: Run, work: Path
) -> None:
    assert run("new", "acme/hello", work / "hello", "--ref", "0.1.0", "-y", "--no-install").code == 0
    set_version(templates / "hello", "1.0.0")
    write(templates, {"hello/CHANGELOG.md": LOG})
    template_command.release_templates(templates, ["hello"], released / "releases")

    planned = run("update", work / "hello", "-y", "--dry-run", "--json")
    done = run("update", work / "hello", "-y", "--json")

    for said in (planned, done):
        assert said.data["notices"] == NOTICES
        assert [warning["message"] for warning in said.json["warnings"]] == NOTICES
    assert run("update", work / "hello", "-y", "--json").data["notices"] == []
    changed = run("set", "docker=false", "-C", work / "hello", "--json")
    assert (changed.code, changed.data["notices"]) == (0, [])


@pytest.mark.thorough
@pytest.mark.parametrize("more", ["", COPIERS_OWN], ids=["engine", "copier"])
def test_the_messages_of_a_plain_copier_template_are_shown(more: str, run: Run, work: Path) -> None:
    template = Template(work / "tpl").release("1.0", {"a.txt": "1\n"}, "name: it\n" + more)
    assert run("new", template.folder, work / "one", "-y", "--no-install", "--trust").code == 0
    messages = (
        '_message_before_update: "Back up first, {{ name }}."\n'
        '_message_after_update: "Now run make, {{ _copier_conf.answers_file }} is new."\n'
        '_message_after_copy: "Welcome."\n'
    )
    template.release("2.0", {"a.txt": "2\n"}, "name: it\n" + messages + more)
    wanted = ["Back up first, it.", "Now run make, .copier-answers.yml is new."]

    planned = run("update", work / "one", "-y", "--trust", "--dry-run")
    done = run("update", work / "one", "-y", "--trust", "--json")

    assert all(text in planned.err for text in wanted)
    assert (done.data["notices"], [warning["message"] for warning in done.json["warnings"]]) == (wanted, wanted)
