@app.command()
def generate(
    prompt: Annotated[str, typer.Argument(help="What the text begins with.")] = "",
    length: Annotated[int, typer.Option(min=1, help="How many tokens at most.")] = 200,
    temperature: Annotated[float, typer.Option(min=0, max=5, help="0: always the likeliest token.")] = 0.8,
    top_p: Annotated[float, typer.Option(min=0, max=1, help="Choose from this share only.")] = 0.95,
    seed: Annotated[int, typer.Option(min=0, help="Another seed writes another text.")] = 0,
) -> None:
    """Write a page of text."""
    from {{ package_name }} import tracking
    from {{ package_name }}.network.generate import Choice, write

    writer = tracking.champion(load_settings()).model
    typer.echo(prompt + write(writer, prompt, length, Choice(temperature, top_p, seed)))
