"""What commands for teachers are all told the same way."""

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[Path, typer.Option("--class", "-C", metavar="PATH", help="The class; the one here when left out.")]
Assignment = Annotated[str, typer.Argument(help="The assignment: its folder's name.")]
Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="STUDENT", help="Only this student or team; repeatable.")
]
Section = Annotated[str, typer.Option("--section", metavar="NAME", help="Only this section.")]
