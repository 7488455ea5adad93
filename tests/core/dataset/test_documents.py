"""From a folder of documents to answers and copies; and every refusal, in one sentence with the next command."""

import hashlib
import os
import zipfile
from pathlib import Path
from typing import Any

import pytest

from scaffold.core.dataset import documents, folders
from scaffold.core.dataset.answers import without_typed
from scaffold.core.dataset.request import Request
from scaffold.errors import ScaffoldError, UsageError


def written(root: Path, **files: str | bytes) -> Path:
    """Write documents; in their names `__` is a slash and the last `_` a dot."""
    for name, content in files.items():
        stem, _, suffix = name.replace("__", "/").rpartition("_")
        path = root / f"{stem}.{suffix}"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content.encode() if isinstance(content, str) else content)
    return root


def refused(source: Path, **more: Any) -> tuple[str, str]:
    with pytest.raises(ScaffoldError) as caught, documents.brought(Request(source, **more)):
        pass
    return caught.value.message, caught.value.hint


def messages(source: Path) -> list[str]:
    with documents.brought(Request(source)) as found:
        return [notice.message for notice in found.notices]


def test_a_folder_of_documents(tmp_path: Path) -> None:
    root = written(tmp_path / "My docs", a_md="# A", deep__er__b_txt="text", deep__c_MD="# C")
    (root / "Übersicht of all.html").write_text("<p>x</p>")
    with documents.brought(Request(root)) as found:
        assert found.answers == {
            "dataset": "pages",
            "dataset_source": "My docs",
            "dataset_bytes": 18,
            "dataset_in_git": True,
            "documents": 4,
            "document_formats": [
                {"name": "md", "documents": 2},
                {"name": "html", "documents": 1},
                {"name": "txt", "documents": 1},
            ],
        }
        found.put(tmp_path / "project")
    pages = tmp_path / "project/data/raw/pages"
    assert (pages / "deep/er/b.txt").read_text() == "text"
    listed = (tmp_path / "project/data/raw/SHA256SUMS").read_text(encoding="utf-8").splitlines()
    assert [line.split("  ", 1)[1] for line in listed] == [
        "pages/a.md",
        "pages/deep/c.MD",
        "pages/deep/er/b.txt",
        "pages/Übersicht of all.html",
    ]
    assert listed[0].startswith(hashlib.sha256(b"# A").hexdigest())
    with pytest.raises(UsageError, match="belong to a project with data of its own") as caught:
        without_typed(found.answers)
    assert caught.value.hint == "Bring the folder: --data FOLDER"


def test_one_document_is_taken_too_and_said_to_be_too_little(tmp_path: Path) -> None:
    assert messages(written(tmp_path, manual_md="# A") / "manual.md")[0].startswith("With one document")


def test_what_cannot_be_read_is_named(tmp_path: Path) -> None:
    root = written(
        tmp_path / "p",
        a_md="# A",
        b_md="# A",
        blank_txt=" \n",
        binary_txt=b"a\0b",
        broken_pdf="text",
        empty_md="",
        locked_docx=b"\xd0\xcf\x11\xe0",
        torn_pptx=b"PK",
    )
    with zipfile.ZipFile(root / "fine.docx", "w") as archive:
        archive.writestr("word/document.xml", "<x/>")
    with (root / "large.txt").open("wb") as file:
        file.truncate(21_000_000)
    assert messages(root)[0] == (
        "Left out: b.md (the same as a.md), binary.txt (it looks binary), blank.txt (only blanks), "
        "broken.pdf (no PDF is in it), empty.md (an empty file), large.txt (21 MB, and 20 MB is the limit), "
        "locked.docx (it has a password, or is of an old format), torn.pptx (damaged)."
    )


def test_what_is_not_the_owners_stays_out(tmp_path: Path) -> None:
    root = written(tmp_path / "p", a_md="# A", photo_png=b"1")
    for name in (".git/config.md", ".hidden.md", "~$a.docx", "node_modules/b.md"):
        (root / name).parent.mkdir(exist_ok=True)
        (root / name).write_text(f"# {name}")
    with documents.brought(Request(root)) as found:
        assert [file.name for file in found.files] == ["a.md"]
        assert found.notices[0].message == "Left out 1 file of other kinds: 1 .png."


@pytest.mark.skipif(os.name == "nt", reason="links need a right there")
def test_no_link_is_followed(tmp_path: Path) -> None:
    root = written(tmp_path / "p", a_md="# A")
    secret = written(tmp_path, secret_md="# mine") / "secret.md"
    (root / "sub").mkdir()
    (root / "sub/link.md").symlink_to(secret)
    (root / "loop.md").symlink_to(root)
    assert messages(root)[0] == "Left out: loop.md (a link), sub/link.md (a link)."


@pytest.mark.skipif(os.name == "nt", reason="Windows has no such names")
def test_names_are_made_safe_and_stay_different(tmp_path: Path) -> None:
    root = written(tmp_path / "p", a_md="1")
    for number, name in enumerate(
        ("what: now?.md", "what- now-.md", "con.md", "{{ 7*7 }}.md", "A.md", "x" * 240 + ".md")
    ):
        (root / name).write_text(f"text {number}")
    with documents.brought(Request(root)) as found:
        names = [file.name for file in found.files]
        found.put(tmp_path / "project")
    short = "x" * 150 + ".md"
    assert sorted(names) == sorted(
        ["A.md", "a-2.md", "_con.md", "what- now-.md", "what- now--2.md", "-- 7-7 --.md", short]
    )
    assert len(list((tmp_path / "project/data/raw/pages").iterdir())) == 7


def test_personal_data_is_named(tmp_path: Path) -> None:
    root = written(
        tmp_path / "p",
        a_md="Write to jane.doe@acme-corp.com.",
        b_html="Call +49 170 1234567",
        c_txt="ada@example.org, git@github.com:x/y, 10.1000/182, 2026-01-02, +1.5",
        d_csv="card;4111 1111 1111 1111",
    )
    assert messages(root)[0] == (
        "There is personal data: e-mail addresses in a.md; phone numbers in b.html; card numbers in d.csv."
    )


def test_large_folders_stay_out_of_git(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(documents, "LARGEST_IN_GIT", 2)
    root = written(tmp_path / "p", a_md="# A", b_md="# B")
    assert "too large for git: data/raw/pages is ignored" in messages(root)[0]
    with documents.brought(Request(root)) as found:
        assert list(found.tree) == ["data/raw/SHA256SUMS"]


def test_what_is_no_folder_of_documents(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert refused(tmp_path / "none") == (f"There is no folder {tmp_path / 'none'}.", "Check the path.")
    root = written(tmp_path / "p", a_pdf="text", b_png="1")
    message, hint = refused(root)
    assert message == "p holds no document that can be read: a.pdf (no PDF is in it)."
    assert hint.endswith("--data FOLDER")
    assert refused(root, target="x")[0] == "Documents have no columns."
    monkeypatch.setattr(documents, "MOST_DOCUMENTS", 1)
    assert "has 2 documents; a project takes up to 1." in refused(written(tmp_path / "q", a_md="1", b_md="2"))[0]


def test_other_documents_take_the_place_of_earlier_ones(tmp_path: Path) -> None:
    with documents.brought(Request(written(tmp_path / "p", a_md="1", b_md="2"))) as found:
        found.put(tmp_path / "project")
    with documents.brought(Request(written(tmp_path / "q", b_md="3", c_md="4"))) as found:
        found.put(tmp_path / "project")
        folders.remove_others(tmp_path / "project" / found.folder, found.names)
    pages = tmp_path / "project/data/raw/pages"
    assert {path.name: path.read_text() for path in pages.iterdir()} == {"b.md": "3", "c.md": "4"}
