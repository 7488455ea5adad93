def draw(tables: Tables) -> None:
    """Draw every figure in the one style of this project, without a screen."""
    for name, {{ '(plot, columns)' if dataset else 'plot' }} in PLOTS.items():
        figure = Figure(figsize=(8, 3.6), layout="constrained")
        axes = figure.add_subplot()
        axes.spines[["top", "right"]].set_visible(False)
        plot(axes, {{ 'tables["records"], *columns' if dataset else 'tables' }})
        save(figure, f"{name}.png")


{% include 'includes/save_figure.py' -%}
