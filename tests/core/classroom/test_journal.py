"""The journal: its entries and unfinished runs."""

from pathlib import Path

import pytest

from scaffold.core.classroom.journal import FAILED, PUSHED, SENT, Journal


@pytest.fixture
def journal(work: Path) -> Journal:
    return Journal(work)


def test_steps_are_read_back(journal: Journal) -> None:
    assert (journal.entries(), journal.unfinished(), journal.has_handed_out()) == ([], [], False)
    run = journal.begin("handout", "hw1", 1, ["ada", "bob"])
    journal.step(run, "ada", PUSHED, commit="c1")
    journal.step(run, "bob", FAILED, why="no network")
    assert set(journal.handed_out("hw1")) == {"ada"}
    assert journal.handed_out("hw2") == {}
    assert journal.has_handed_out()
    assert journal.unfinished() == [run]
    journal.end(run)
    assert journal.unfinished() == []
    again = journal.begin("update", "hw1", 2, ["ada"], message="é")
    journal.step(again, "ada", SENT, version=2)
    assert (again.number, set(journal.sent("hw1"))) == (2, {("ada", 2)})
    assert journal.unfinished()[0].options == {"message": "é"}


@pytest.mark.parametrize("cut", [b"{", b'{"event": "pushed", "owner": "bob"', b"\xff\xfe", b"[1]\n", b"null\n"])
def test_an_incomplete_line_is_skipped(journal: Journal, cut: bytes) -> None:
    run = journal.begin("handout", "hw1", 1, ["ada"])
    with journal.path.open("ab") as file:
        file.write(cut)
    journal.step(run, "ada", PUSHED)
    assert [entry["event"] for entry in journal.entries()] == ["begin", "pushed"]


def test_a_run_for_fewer_owners_does_not_hide_an_unfinished_one(journal: Journal) -> None:
    whole = journal.begin("handout", "hw1", 1, ["ada", "bob", "eve"])
    one = journal.begin("handout", "hw1", 1, ["ada"])
    journal.end(one)
    other = journal.begin("handout", "hw2", 1, ["ada", "bob", "eve"])
    assert journal.unfinished() == [whole, other]
    journal.end(journal.begin("handout", "hw1", 1, ["eve", "bob", "ada", "new"]))
    assert journal.unfinished() == [other]
