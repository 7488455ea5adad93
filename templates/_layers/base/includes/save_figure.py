def save(figure: Figure, name: str) -> None:
    """Write a figure to `reports/figures/`."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    figure.savefig(FOLDER / name, dpi=120, metadata={"Software": None})  # same numbers, same bytes
