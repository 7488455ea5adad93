# ---
# jupyter:
#   jupytext:
#     formats: ipynb,py:percent
#     text_representation:
#       extension: .py
#       format_name: percent
#   kernelspec:
#     display_name: Python 3
#     language: python
#     name: python3
# ---

# %% [markdown]
# # A first analysis
#
# `make evaluate` executes this notebook and writes it with its outputs beside this file. Before you run a cell, write
# down what you expect: a number that you have guessed is a number that you remember.

# %%
from pathlib import Path

from {{ package_name }} import data
from {{ package_name }}.config import load_settings
from {{ package_name }}.questions import QUESTIONS

settings = load_settings()
tables = data.load()
records = tables["records"]
records.head()

# %% [markdown]
# ## What is it, and what is missing?
#
# **Guess:** which column has the most holes, and why?

# %%
records.isna().sum()

# %% [markdown]
# **Guess** the mean of the number that you know best, and whether its median lies above or below.

# %%
records.describe().round(2).T
{% for number in (1, 2, 3) %}
# %% [markdown]
# ## Question {{ number }}
#
# The next cell says what is asked, and in SQL how. **Guess** the answer, then run the one after it.

# %%
question = QUESTIONS[{{ number - 1 }}]
print(question.asks)
print(question.query.read_text(encoding="utf-8"))

# %%
for claim in question.answer(tables, settings):
    ends = "" if claim.low is None else f" ({claim.low:.{claim.digits}f} to {claim.high:.{claim.digits}f})"
    print(f"{claim.what}: {claim.value:.{claim.digits}f} {claim.unit}{ends}, n = {claim.n:,}")
data.ask(tables, question.query).T
{% endfor %}
# %% [markdown]
# ## Yours
#
# Write a query of your own into `queries/` and run it here: what would you ask next?

# %%
sorted(path.name for path in Path("queries").glob("*.sql"))
