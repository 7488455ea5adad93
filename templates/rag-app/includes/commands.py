@app.command()
def ingest(
    sources: Annotated[
        list[Path],
        typer.Argument(help="Folders or files: md, rst, txt, html, pdf, docx, pptx, xlsx, epub, csv, ipynb."),
    ],
) -> None:
    """Bring documents into the index; what did not change since last time is left alone."""
    from {{ package_name }}.data import ingest

    typer.echo(ingest(load_settings(), sources))


@app.command()
def feedback() -> None:
    """Print every rated answer as a line for the file of questions."""
    from {{ package_name }}.web.feedback import export

    lines = export()
    typer.echo(lines or "nobody has rated an answer yet", err=not lines)
