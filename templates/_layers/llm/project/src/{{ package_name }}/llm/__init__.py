"""Language models: how one is asked, with which words, and what it did."""
