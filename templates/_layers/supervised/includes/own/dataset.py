{%- from 'includes/quoted.jinja' import python -%}
{%- from 'includes/stage.jinja' import predicts with context -%}
{%- from 'includes/own/facts.jinja' import days, dated, inputs, kind_of, target_facts, time_facts, used, left_out with context -%}
{%- if predicts == 'probabilities' -%}
{%- from 'includes/own/classes.jinja' import event, merged, names, ordered, raw_texts, two with context -%}
{%- endif -%}
{%- macro texts(values, indent=12) -%}
{%- if values | length == 1 -%}
({{ python(values[0]) }},)
{%- else -%}
(
{%- for value in values %}
{{ ' ' * indent }}{{ python(value) }},
{%- endfor %}
{{ ' ' * (indent - 4) }})
{%- endif -%}
{%- endmacro -%}
{#- An assignment as ruff formats it: in parentheses where only they make a long text fit. -#}
{%- macro assigned(name, text) -%}
{%- set literal = python(text) -%}
{{ name }} = {{ '(\n    ' ~ literal ~ '\n)' if name | length + 3 + literal | length > 110 and literal | length <= 106 else literal }}
{%- endmacro -%}
{%- set sliced = namespace(names=[]) -%}
{%- for column in inputs if kind_of(column) in ('category', 'flag') and 2 <= column.distinct <= 12 -%}
{%- set _ = sliced.names.append(column.name) if sliced.names | length < 3 -%}
{%- endfor -%}
{%- for column in inputs if column.kind in ('number', 'count') -%}
{%- set _ = sliced.names.append(column.name) if sliced.names | length < 4 -%}
{%- endfor -%}
{%- for column in inputs if kind_of(column) in ('category', 'flag') and column.distinct > 12 -%}
{%- set _ = sliced.names.append(column.name) if sliced.names | length < 1 -%}
{%- endfor -%}
{%- macro is_number(name) -%}{{ 'yes' if (used | selectattr('name', 'equalto', name) | first).kind in ('number', 'count') }}{%- endmacro -%}
{%- set span = days(time_facts) | int if dated else 0 -%}
{%- if group_column -%}{%- set block = 'group' -%}
{%- elif dated and span >= 100 and dataset_rows >= 2 * span -%}{%- set block = 'day' -%}
{%- elif dated and span >= 700 and dataset_rows >= 2 * span / 7 -%}{%- set block = 'week' -%}
{%- elif dated and span >= 3000 and dataset_rows >= 2 * span / 30 -%}{%- set block = 'month' -%}
{%- else -%}{%- set block = 'row' -%}{%- endif -%}
"""What is the data: what is predicted, from what, and which rows may judge a model?

With `features.py` this is the only module that knows the table. Everything else reads from here: what a cell of the
file must hold, what a request to the service holds, how the table is split, and the words of the report.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
{%- if predicts != 'probabilities' %}
from typing import Any
{%- endif %}

import numpy as np
from numpy.typing import NDArray

from {{ package_name }}.columns import Column, Reading, Table, by_third, by_value

RAW_FILE = Path("data/raw/{{ dataset }}")
{%- if reading.separator == ',' and reading.encoding in ('utf-8', 'utf-8-sig') and not reading.skip_rows %}
READING = Reading()
{%- else %}
READING = Reading(
    separator={{ python(reading.separator) }},
    encoding={{ python(reading.encoding) }},
    skip_rows={{ reading.skip_rows }},
)
{%- endif %}

{{ assigned('TARGET', target) }}
{%- if predicts == 'probabilities' %}
# Its classes; of two, the last is the one that is looked for{{ '' if two else ', else in the order in which they are shown' }}.
CLASSES = {{ texts(names, 4) }}
{{ assigned('POSITIVE: str | None', event) if two else 'POSITIVE: str | None = None' }}
# Whether the classes have an order, in which a mistake costs more the further apart they are.
ORDERED = {{ 'True' if ordered else 'False' }}
# Texts of the file that mean another class; None leaves the row out.{{ ' Those with fewer than 20 rows are here.' if merged }}
MERGED: dict[str, str | None] = {
{%- for text, name in merged.items() %}
    {{ python(text) }}: {{ python(name) if name else 'None' }},
{%- endfor %}
{%- if merged %}
{% endif -%}
}
{%- else %}
# The unit of the target; may be empty.
{{ assigned('UNIT', target_facts.unit or '') }}
{%- endif %}
# What the rows are: houses, customers, days.
ROWS = "rows"
{%- if predicts != 'probabilities' %}
# No prediction may be below.
LOWEST: float | None = {{ '0.0' if target_facts.minimum >= 0 else 'None' }}
# How errors grow with the prediction: root, proportion, constant.
SPREAD = "{{ 'root' if target_facts.kind == 'count' and target_facts.median < 100 else ('proportion' if target_facts.minimum > 0 and target_facts.mean > 1.15 * target_facts.median else 'constant') }}"
{%- endif %}
# The column that the split follows, if any: learn from the past, judge on the future.
{{ assigned('TIME: str | None', time_column) if time_column else 'TIME: str | None = None' }}
# The column whose groups must not be in two parts of the split, if any.
{{ assigned('GROUP: str | None', group_column) if group_column else 'GROUP: str | None = None' }}
# What the bootstrap draws: row, group, day, week or month. Rows that are alike belong together.
BLOCK = "{{ block }}"

# What each column of the file must hold. When new data breaks this, decide whether the data is wrong or the line here.
RAW = [
{%- for column in used %}
    Column(
        name={{ python(column.name) }},
{%- set is_class = predicts == 'probabilities' and column.role == 'target' %}
        kind="{{ 'category' if is_class else kind_of(column) }}",
{%- if is_class %}
        choices={{ texts(raw_texts) }},
{%- elif kind_of(column) in ('number', 'count') %}
        low={{ column.minimum }},
        high={{ column.maximum }},
{%- endif %}
{%- if is_class %}
{%- elif kind_of(column) == 'flag' or (kind_of(column) == 'category' and column.role == 'feature' and column.distinct == (column['values'] or []) | length) %}
        choices={{ texts(column['values']) }},
{%- endif %}
{%- if column.missing or column.role == 'group' %}
        optional=True,
{%- endif %}
{%- if column.missing_values %}
        missing={{ texts(column.missing_values) }},
{%- endif %}
{%- if is_class %}
{%- elif kind_of(column) in ('number', 'count') %}
{%- if column.decimal != '.' %}
        decimal={{ python(column.decimal) }},
{%- endif %}
{%- if column.remove %}
        remove={{ python(column.remove) }},
{%- endif %}
{%- if column.unit %}
        unit={{ python(column.unit) }},
{%- endif %}
{%- if column.role == 'feature' %}
        example={{ (column.median | round | int) if column.kind == 'count' else column.median }},
{%- endif %}
{%- elif kind_of(column) == 'datetime' %}
{%- if column.format != 'ISO8601' %}
        layout={{ python(column.format) }},
{%- endif %}
        example={{ python(column.maximum) }},
{%- elif kind_of(column) == 'flag' %}
        example=False,
{%- elif column.role == 'feature' and column['values'] %}
        example={{ python(column['values'][0]) }},
{%- endif %}
    ),
{%- endfor %}
]
# Further columns of the file, each with the reason why it is not used.
LEFT_OUT: dict[str, str] = {
{%- for column in left_out if column.name %}
    {{ python(column.name) }}: {{ python(column.reason) }},
{%- else %}}{% endfor %}
{%- if left_out | selectattr('name') | list %}
}
{%- endif %}
UNIQUE: tuple[str, ...] = ()  # columns of which no two rows may hold the same values
# What must hold between the columns of each row: a sentence, and a function that says where it does.
RULES: dict[str, Callable[[Table], NDArray[np.bool_]]] = {}

# What is known before the target is: what a request holds. A value that was never seen is answered with a warning.
INPUTS = [replace(column, strict=False) for column in RAW if column.name not in {TARGET, GROUP{% if time_column and not dated %}, TIME{% endif %}}]
# The table of a run, as `features.build` makes it.
{%- if predicts == 'probabilities' %}
TABLE = [
    replace(
        column.plain(),
        optional=column.optional and column.name not in {TARGET, TIME},
        choices=CLASSES if column.name == TARGET else column.choices,
    )
    for column in RAW
]


# Columns within whose values the model is asked to rank rows, not only to tell the values apart.
WITHIN: list[str] = [
{%- if group_column %}
    {{ python(group_column) }},
{%- elif sliced.names and not is_number(sliced.names[0]) %}
    {{ python(sliced.names[0]) }},
{%- endif %}
{%- if group_column or (sliced.names and not is_number(sliced.names[0])) %}
{% endif -%}
]
{%- else %}
TABLE = [
    replace(column.plain(), optional=column.optional and column.name not in {TARGET, TIME}) for column in RAW
]

WINDOW = 200  # moments in the figure of predictions


{% if dated -%}
def moments(table: Table) -> NDArray[Any] | None:
    """Say when each row happened, for figures, shape (rows,)."""
    found: NDArray[Any] = table[TIME or ""].to_numpy().astype("datetime64[s]")
    return found
{%- else -%}
def moments(_: Table) -> NDArray[Any] | None:
    """Say when each row happened, for figures; None where no date says so."""
    return None
{%- endif %}

{% endif %}
# The columns by which the test set is sliced. Choose those where a mistake costs something else, or would be unfair.
SLICED: list[str] = [
{%- for name in sliced.names %}
    {{ python(name) }},
{%- endfor %}
{%- if sliced.names %}
{% endif -%}
]


def slices(table: Table) -> dict[str, NDArray[np.bool_]]:
    """Say which rows belong to each slice of the test set; slices may overlap."""
    found: dict[str, NDArray[np.bool_]] = {}
    for column in INPUTS:
        if column.name in SLICED:
            found |= (by_third if column.kind in {"number", "count"} else by_value)(table, column.name)
    return found or {"every row": np.ones(len(table), dtype=bool)}
