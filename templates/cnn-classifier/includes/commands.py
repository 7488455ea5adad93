{% if scale == 'ray' -%}
@app.command()
def tune(trials: Annotated[int, typer.Option(min=1, help="How many settings to try.")] = 12) -> None:
    """Search for better settings."""
    from {{ package_name }}.network.tune import tune

    typer.echo(tune(load_settings(), trials))
{% endif -%}
