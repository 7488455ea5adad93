"""Text files in the encodings that their owners save them in."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scaffold.tools import prose


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp1252"])
def test_a_text_is_read_in_its_encoding(tmp_path: Path, encoding: str) -> None:
    text = "Größe und Maß, süße Äpfel: das große Rätsel der kleinen Bäche.\n" * 20
    path = tmp_path / "a.txt"
    path.write_bytes(text.replace("\n", "\r\n").encode(encoding))
    assert prose.read(path) == text


@pytest.mark.parametrize(
    ("content", "why"),
    [(b"", "an empty file"), (b" \n\t\n", "only blanks"), (b"PK\x03\x04\x00\x00words", "it looks binary")],
)
def test_what_is_no_text_is_named(tmp_path: Path, content: bytes, why: str) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=why):
        prose.read(path)
    with pytest.raises(ValueError, match="not an ordinary file"):
        prose.read(tmp_path)


@pytest.mark.thorough
@given(st.binary(max_size=300))
def test_no_content_ends_in_another_error(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.txt"
    path.write_bytes(content)
    try:
        assert prose.read(path).strip()
    except ValueError as error:
        assert str(error) in ("an empty file", "only blanks", "it looks binary")
