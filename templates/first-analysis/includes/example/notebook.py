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
# # What happens when the kangaroo rats are fenced out?
#
# `make evaluate` executes this notebook and writes it with its outputs beside this file. Before you run a cell, write
# down what you expect: a number that you have guessed is a number that you remember.

# %%
from pathlib import Path

from {{ package_name }} import data, dataset, questions
from {{ package_name }}.config import load_settings

settings = load_settings()
tables = data.load()
tables["surveys"].head()

# %% [markdown]
# ## What is missing?
#
# **Guess:** which column has the most holes, and why would somebody catch an animal and not weigh it?

# %%
tables["surveys"].isna().sum()

# %% [markdown]
# ## Three tables become one
#
# A capture knows the code of its species and the number of its plot. What a code means stands in another table. The join below
# is the one of `dataset.captures`; **guess** how many rows it loses.

# %%
caught = dataset.captures(tables)
f"{len(tables['surveys']):,} captures, {len(caught):,} of them are known rodents"

# %% [markdown]
# ## 1. Small rodents, with and without kangaroo rats
#
# **Guess** the ratio: do more or fewer small rodents live where the kangaroo rats cannot?

# %%
questions.per_plot(tables).groupby("plot_type")["caught"].agg(["count", "mean", "min", "max"])

# %% [markdown]
# The same in SQL. Read the query first: which line counts the plots on which nothing was caught?

# %%
print(Path("queries/rodents.sql").read_text(encoding="utf-8"))
data.ask(tables, Path("queries/rodents.sql")).T

# %% [markdown]
# How sure is the ratio? **Guess** which interval is wider: the one over plots, or the one over captures?

# %%
for claim in questions.rodents(tables, settings)[2:]:
    print(f"{claim.what}: {claim.value:.2f} ({claim.low:.2f} to {claim.high:.2f}, {claim.n:,} {claim.over})")

# %% [markdown]
# ## 2. Does Merriam's kangaroo rat disappear?
#
# Its share of the rodents caught fell. **Guess:** how many animals fewer were caught in the last year than in the first?

# %%
data.ask(tables, Path("queries/shares.sql")).T

# %% [markdown]
# ## 3. Do the kangaroo rats get heavier?
#
# The mean weight rose. **Guess** by how many grams, and list three reasons that are not growth before you look at the checks.

# %%
for claim in questions.weight(tables, settings):
    ends = "" if claim.low is None else f" ({claim.low:.1f} to {claim.high:.1f}, over {claim.over})"
    print(f"{claim.what}: {claim.value:.1f} {claim.unit}{ends}")

# %% [markdown]
# And by year. **Guess:** are the two years that were compared like the others?

# %%
animals = caught[caught["species_id"] == dataset.MERRIAM]
axes = animals.groupby("year")["weight"].mean().plot(style="o-", ylabel="mean weight (g)", figsize=(7, 3))
