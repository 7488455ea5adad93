"""Texts that an owner's column or cell may hold, and that must stay data wherever they end up."""

import string

from hypothesis import strategies as st

SIGNS = st.characters(exclude_categories=["C", "Z"]) | st.sampled_from([*string.punctuation, " "])
HOSTILE = [
    '"); import os  #', "{{ 7*7 }}", "{% raw %}", "class", "None", "__init__",
    "a b", "100 %", "😀", "'''", '"""', "\\", "\\'", "<script>",
    "x" * 200,
]  # fmt: skip
NAMES = (st.text(SIGNS, min_size=1, max_size=200) | st.sampled_from(HOSTILE)).map(str.strip).filter(bool)


# The tool makes a name one line, and keeps a cell as it is.
CELLS = st.builds("{}\n{}".format, NAMES, NAMES) | NAMES
