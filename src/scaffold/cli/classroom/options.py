"""Arguments and options that several commands for teachers share."""

from pathlib import Path
from typing import Annotated

import typer

Folder = Annotated[
    Path, typer.Option("--class", "-C", metavar="PATH", help="The class; by default the one you are in.")
]
Assignment = Annotated[str, typer.Argument(help="The assignment: its folder's name.")]
Only = Annotated[
    list[str] | None, typer.Option("--only", metavar="STUDENT", help="Only this student or team; repeatable.")
]
Section = Annotated[str, typer.Option("--section", metavar="NAME", help="Only this section.")]
DryRun = Annotated[bool, typer.Option("--dry-run", help="Show what would be done; write nothing.")]
At = Annotated[
    str, typer.Option("--at", metavar="TIME", help="Later submissions do not count: a date, a time, or `due`.")
]
NoSandbox = Annotated[
    bool, typer.Option("--no-sandbox", help="Run students' code as yourself. Only on a disposable machine.")
]
AllTestsVisible = Annotated[
    bool, typer.Option("--all-tests-visible", help="Students may receive every test; asked otherwise.")
]
WithoutMarkers = Annotated[
    bool, typer.Option("--without-markers", help="Nothing is marked as a solution, and that is right; asked otherwise.")
]
