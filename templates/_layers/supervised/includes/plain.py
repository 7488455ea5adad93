def plain(text: str, longest: int = 40) -> str:
    """Shorten a text of the data, keep matplotlib from reading it as a formula, and leave a box for what its font lacks."""
    short = text if len(text) <= longest else f"{text[: longest - 1]}…"
    return "".join(sign if FONT.get_char_index(ord(sign)) else "□" for sign in short).replace("$", r"\$")
