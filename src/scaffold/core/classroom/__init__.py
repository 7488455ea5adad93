"""A class: its course, roster, assignments, starters, and what students are given and sent."""
