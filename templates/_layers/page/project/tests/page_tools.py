"""What a browser makes of a page: its tags, its text, and how well its colours can be told apart."""

import re
from html.parser import HTMLParser


class Tags(HTMLParser):
    """Lists the tags that a browser would see, and the text between them."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.text = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append((tag, dict(attrs)))

    def handle_data(self, data: str) -> None:
        self.text += data


def luminance(colour: str) -> float:
    """Compute the relative luminance of `#rrggbb`, as WCAG defines it."""
    channels = (int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5))
    red, green, blue = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def contrast(css: str, scheme: int, *names: str) -> float:
    """Compute the contrast ratio of two named colours: 1 (the same) to 21; WCAG asks 4.5 of text.

    Parameters
    ----------
    css
        A style sheet that declares every colour twice: for the light scheme (0) and the dark one (1).
    scheme, names
        Which of the two, and the names of the colours.
    """
    found = [re.findall(rf"--{name}: (#\w+);", css)[scheme] for name in names]
    dark, light = sorted(luminance(colour) for colour in found)
    return (light + 0.05) / (dark + 0.05)
