"""From the owner's text to answers and copies; and every refusal, in one sentence with the next command."""

from pathlib import Path
from typing import Any

import pytest

from scaffold.core.dataset import texts
from scaffold.core.dataset.answers import without_typed
from scaffold.core.dataset.request import Request
from scaffold.errors import ScaffoldError, UsageError
from tools.test_books import book


def words(number: int) -> str:
    """A paragraph that no other number gives."""
    return " ".join(f"w{number * 37 + place:x}" for place in range(90)) + "\n"


def chapters(first: int, last: int, heading: str = "Chapter {}") -> str:
    return "\n".join(heading.format(n) + "\n\n" + words(n * 9) + "\n" + words(n * 9 + 4) for n in range(first, last))


def refused(source: Path, **more: Any) -> tuple[str, str]:
    with pytest.raises(ScaffoldError) as caught, texts.brought(Request(source, **more)):
        pass
    return caught.value.message, caught.value.hint


def test_a_file_of_chapters(tmp_path: Path) -> None:
    path = tmp_path / "My novel.txt"
    path.write_text(chapters(1, 41))
    with texts.brought(Request(path)) as found:
        assert found.answers == {
            "dataset": "texts",
            "dataset_source": "My novel.txt",
            "dataset_bytes": path.stat().st_size,
            "text_files": 1,
            "text_characters": len(path.read_text()),
            "text_heading": r"(?i:chapter|part|book|letter|act|scene) (?:[0-9]+|[IVXLC]+)\b.*",
            "text_wrapped": False,
        }
        (licence,) = found.notices
        assert "publish what you may publish" in licence.message
        found.put(tmp_path / "project")
    copies = tmp_path / "project/data/raw"
    assert (copies / "texts/My novel.txt").read_text() == path.read_text()
    assert (copies / "SHA256SUMS").read_text().endswith("  texts/My novel.txt\n")
    with pytest.raises(UsageError, match="belong to a project with data of its own") as caught:
        without_typed(found.answers)
    assert caught.value.hint == "Bring the folder: --data FOLDER"


def test_a_folder_with_other_files_copies_and_encodings(tmp_path: Path) -> None:
    folder = tmp_path / "songs"
    (folder / "old").mkdir(parents=True)
    (folder / "one.txt").write_text(chapters(1, 30))
    (folder / "old/two.md").write_text("été " + chapters(30, 50, "# Song {}"), encoding="latin-1")
    (folder / "same.txt").write_text(chapters(1, 30))
    (folder / "cover.png").write_bytes(b"\x89PNG")
    (folder / "empty.txt").write_text("")
    (folder / ".hidden.txt").write_text("secret")
    with texts.brought(Request(folder)) as found:
        assert list(found.files) == ["old/two.md", "one.txt"]
        assert found.files["old/two.md"].startswith("été")
        assert found.notices[0].message == (
            "Left out: cover.png (not txt, md or epub), empty.txt (an empty file), same.txt (a copy)."
        )


def test_a_book_becomes_markdown_with_its_chapters(tmp_path: Path) -> None:
    pages = {
        f"c{n:02}.xhtml": f"<h1>The {n}th day</h1><p>{words(n * 9)}</p><p>{words(n * 9 + 4)}</p>" for n in range(30)
    }
    folder = tmp_path / "shelf"
    folder.mkdir()
    book(folder / "Days.epub", pages)
    (folder / "broken.epub").write_bytes(b"PK")
    with texts.brought(Request(folder)) as found:
        assert list(found.files) == ["Days.md"]
        assert found.answers["text_heading"] == "#{1,3} .*"
        assert found.files["Days.md"].count("\n# The ") == 29
        assert found.notices[0].message == "Left out: broken.epub (no book, or a damaged one)."


def test_personal_data_are_named(tmp_path: Path) -> None:
    path = tmp_path / "mail.txt"
    path.write_text(chapters(1, 41) + "\nwrite to jane.doe@mail.com\n")
    with texts.brought(Request(path)) as found:
        assert "e-mail addresses" in found.notices[0].message


def test_what_cannot_be_used_is_refused(tmp_path: Path) -> None:
    short, again, none = tmp_path / "short.txt", tmp_path / "again.txt", tmp_path / "none"
    short.write_text(words(1))
    again.write_text(chapters(1, 15) * 3)
    none.mkdir()
    assert "at least 20,000 are needed" in refused(short)[0]
    assert "again.txt repeats itself" in refused(again)[0]
    assert refused(none) == ("none holds no text.", "Bring a file .txt, .md or .epub, or a folder of them: --data FILE")
    assert "There is no file or folder" in refused(tmp_path / "nowhere")[0]
    assert refused(short, target="x") == ("A text has no columns.", "Only the text is needed: --data short.txt")


def test_headings_and_wrapped_lines() -> None:
    assert texts.heading_of([chapters(1, 12, "# Song {}")]) == "#{1,3} .*"
    assert texts.heading_of([chapters(1, 5)]) == ""
    prose = ("word " * 14 + "\n") * 5 + "end.\n\n"
    verse = "Roses are red\nViolets are blue\n\n"
    assert texts.is_wrapped([prose * 9])
    assert not texts.is_wrapped([verse * 9])
    assert not texts.is_wrapped(["one paragraph a line\n\n" * 9])


def test_the_share_of_repeated_passages() -> None:
    once = chapters(1, 60)
    assert texts.repeated([once]) == 0
    assert texts.repeated([once, once]) == 1
    assert 0.2 < texts.repeated([once, chapters(1, 10)]) < 0.45
