@app.command()
def finetune() -> None:
    """Fine-tune the network to the voice of another text, and compare the ways to do it."""
    from {{ package_name }}.finetune import finetune

    typer.echo(finetune(load_settings()))


{% if hub == 'peft' %}@app.command()
def hub() -> None:
    """Fine-tune a model of the Hugging Face hub, and compare it before and after."""
    from {{ package_name }}.hub import hub

    typer.echo(hub(load_settings()))


{% endif %}@app.command()
def generate(
    prompt: Annotated[str, typer.Argument(help="What the text begins with.")] = "",
    length: Annotated[int, typer.Option(min=1, help="How many tokens at most.")] = 200,
    temperature: Annotated[float, typer.Option(min=0, max=5, help="0: always the likeliest token.")] = 0.8,
    seed: Annotated[int, typer.Option(min=0, help="Another seed writes another text.")] = 0,
    adapter: Annotated[Path | None, typer.Option(exists=True, help="A file of `finetune`.")] = None,
) -> None:
    """Write a page of text."""
    from {{ package_name }} import tracking
    from {{ package_name }}.network import lora
    from {{ package_name }}.network.generate import Choice, write

    writer = tracking.champion(load_settings()).model
    if adapter:
        lora.load(adapter, writer.net)
    typer.echo(prompt + write(writer, prompt, length, Choice(temperature, seed=seed)))
