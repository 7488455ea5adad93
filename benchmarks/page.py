"""Where the figures of the benchmarks stand."""

from pathlib import Path

PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def write(block: str, text: str) -> None:
    """Put a text between the marks `<!-- BLOCK:start -->` and `<!-- BLOCK:end -->` of docs/performance.md."""
    start, end = f"<!-- {block}:start -->", f"<!-- {block}:end -->"
    page = PAGE.read_text(encoding="utf-8")
    before, rest = page.split(start)
    PAGE.write_text(f"{before}{start}\n{text}\n{end}{rest.split(end)[1]}", encoding="utf-8")
