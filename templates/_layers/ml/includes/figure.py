def new_figure(width: float, height: float, columns: int = 1) -> tuple[Figure, Any]:
    """Make an empty figure of a size in inches, with light axes."""
    figure = Figure(figsize=(width, height), layout="constrained")
    axes = figure.subplots(1, columns)
    for one in np.atleast_1d(axes):
        one.spines[["top", "right"]].set_visible(False)
    return figure, axes


{% include 'includes/save_figure.py' -%}
