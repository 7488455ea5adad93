@app.command()
def explore() -> None:
    """Look at the data: draw it, and execute the notebook."""
    from {{ package_name }}.explore import explore

    typer.echo(explore(load_settings()))


@app.command()
def experiments() -> None:
    """Measure what else could have been done, in under two minutes."""
    from {{ package_name }}.experiments import experiments

    typer.echo(experiments(load_settings()))
