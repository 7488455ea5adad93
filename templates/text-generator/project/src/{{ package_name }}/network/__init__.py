"""The network.

`bpe` turns text into numbers, `model` is the transformer, `fit` trains it, `checkpoint` keeps it, `generate` writes with it.
"""
