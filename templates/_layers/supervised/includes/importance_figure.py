def importance(growth: dict[str, float], most: int = 15) -> None:
    """Draw how much worse the model gets when it may not see a column; the `most` important ones."""
    names, values = list(growth)[:most], list(growth.values())[:most]
    figure, axes = new_figure(8, 1.2 + 0.3 * len(names))
    bars = axes.barh(range(len(names)), values, color=MODEL)
    axes.set_yticks(range(len(names)), [plain(name) for name in names])
    axes.bar_label(bars, fmt="%.3g", padding=4)
    axes.invert_yaxis()
    axes.margins(x=0.1)
    axes.set(xlabel={{ grows }}, title="What the model relies on")
    save(figure, "importance.png")
