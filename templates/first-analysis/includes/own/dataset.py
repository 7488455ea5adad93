{%- from 'includes/quoted.jinja' import listed, python -%}
{%- from 'includes/own/facts.jinja' import used with context -%}
{%- macro kind_of(column) -%}
{{ {'flag': 'category', 'identifier': 'text', 'constant': 'text'}[column.kind] or column.kind }}
{%- endmacro -%}
"""What is the data: which file and columns, and what may a cell hold?

Every cell of the file is checked against this list. When new data breaks it, decide whether the data is wrong or the line here.
"""

from pathlib import Path

from {{ package_name }}.tables import Column, Source

SOURCES = {
    "records": Source(
        file=Path("data/raw/{{ dataset }}"),
{%- if reading.separator != ',' %}
        separator={{ python(reading.separator) }},
{%- endif %}
{%- if reading.encoding not in ('utf-8', 'utf-8-sig') %}
        encoding={{ python(reading.encoding) }},
{%- endif %}
{%- if reading.skip_rows %}
        skip_rows={{ reading.skip_rows }},
{%- endif %}
        columns=[
{%- for column in used %}
            Column(
                name={{ python(column.name) }},
                kind="{{ kind_of(column) }}",
{%- if column.kind in ('number', 'count') %}
                low={{ column.minimum }},
                high={{ column.maximum }},
{%- endif %}
{%- if column.missing_values %}
                missing={{ listed(column.missing_values, 24, 16) }},
{%- endif %}
{%- if column.kind in ('number', 'count') and column.decimal != '.' %}
                decimal={{ python(column.decimal) }},
{%- endif %}
{%- if column.kind in ('number', 'count') and column.remove %}
                remove={{ python(column.remove) }},
{%- endif %}
{%- if column.kind == 'datetime' and column.format != 'ISO8601' %}
                layout={{ python(column.format) }},
{%- endif %}
            ),
{%- endfor %}
        ],
    ),
}

# The column whose rows depend on each other, as those of one customer do: intervals draw them together. None: each alone.
{%- if group_column %}
GROUP: str | None = {{ python(group_column) }}
{%- else %}
GROUP: str | None = None
{%- endif %}
