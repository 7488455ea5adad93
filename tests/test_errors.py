"""The codes and exit codes that scripts rely on: what is raised, what is listed and what is documented are the same."""

import re
from pathlib import Path

import scaffold
from scaffold.errors import CODES, ExitCode

PACKAGE = Path(scaffold.__file__).parent
DOCUMENT = (Path(__file__).parents[1] / "docs/scripting.md").read_text(encoding="utf-8")


def raised() -> set[str]:
    text = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
    return set(re.findall(r"\bcode(?:: str)? ?= ?\"([a-z-]+)\"", text))


def test_every_code_that_is_raised_is_listed_and_every_listed_one_is_raised() -> None:
    assert raised() == set(CODES)


def test_the_document_lists_every_code_and_what_it_means() -> None:
    rows = dict(re.findall(r"^\| `([a-z-]+)` \| (.+?) \|$", DOCUMENT, re.MULTILINE))
    assert rows == CODES


def test_the_document_lists_every_exit_code() -> None:
    rows = re.findall(r"^\| (\d+) \|", DOCUMENT, re.MULTILINE)
    assert [int(row) for row in rows] == [code.value for code in ExitCode]
