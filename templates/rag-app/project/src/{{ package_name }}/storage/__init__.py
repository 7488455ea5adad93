"""Where pages, passages and vectors are kept, and how they get there whole."""
