def few_rows(raw: Table) -> np.ndarray:
    """Say which rows take part, shape (rows,): every so many, and up to 100 of each class."""
    classes = np.array([str(text) for text in raw[dataset.TARGET].to_list()])
    found = np.arange(len(raw)) % max(1, len(raw) // 600) == 0
    for name in np.unique(classes):
        rows = np.flatnonzero(classes == name)
        found[rows[:: max(1, len(rows) // 100)]] = True
    return found
