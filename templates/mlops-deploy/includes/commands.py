@app.command()
def replay(
    month: Annotated[int, typer.Argument(min=4, max=12, help="Which month of 2013 to send.")],
    url: Annotated[str, typer.Option(help="Where the service answers.")] = "http://127.0.0.1:8000",
    drift: Annotated[str, typer.Option(help="Plant one: covariate, label or missing.")] = "",
    limit: Annotated[int, typer.Option(min=1, help="At most so many flights, chosen by the seed.")] = 5000,
) -> None:
    """Send the flights of a later month to the running service, and what became of them."""
    from {{ package_name }}.lifecycle.replay import replay

    typer.echo(replay(load_settings(), url, month, drift, limit))


@app.command()
def monitor() -> None:
    """Compare the last flights with those that the champion learned from; leaves with 2 on a breach."""
    from {{ package_name }}.monitoring.check import monitor

    text, breached = monitor(load_settings())
    typer.echo(text)
    if breached:
        raise typer.Exit(2)


@app.command()
def alarms(
    years: Annotated[int, typer.Option(min=1, help="How often the days are dealt out anew; 20 s each.")] = 5,
) -> None:
    """Count the alarms of the year as it was, and of the same days without drift."""
    from {{ package_name }}.monitoring.alarms import alarms

    typer.echo(alarms(load_settings(), years))


@app.command()
def retrain(
    until: Annotated[str, typer.Option(help="The last day to use, as in 2013-05-31.")] = "",
) -> None:
    """Train on what has come in since, and let the gate decide; leaves with 3 if it refuses."""
    from {{ package_name }}.lifecycle.retrain import retrain

    text, promoted = retrain(load_settings(), until)
    typer.echo(text)
    if not promoted:
        raise typer.Exit(3)


@app.command()
def rollback() -> None:
    """Give the champion before this one its place back."""
    from {{ package_name }}.lifecycle.aliases import rollback

    typer.echo(rollback(load_settings()))


@app.command()
def score(
    source: Annotated[Path, typer.Argument(help="A folder of Parquet or CSV files with flights.")],
    target: Annotated[Path, typer.Argument(help="Where the predictions go, one Parquet file for each.")],
{%- if scale != 'none' %}
    engine: Annotated[bool, typer.Option(help="Spread the files over the workers of {{ scale | capitalize }}.")] = False,
{%- endif %}
) -> None:
    """Predict every flight in a folder of files."""
{%- if scale != 'none' %}
    if engine:
        from {{ package_name }}.engine import score_folder
    else:
        from {{ package_name }}.score import score_folder
{%- else %}
    from {{ package_name }}.score import score_folder
{%- endif %}

    typer.echo(score_folder(load_settings(), source, target))
