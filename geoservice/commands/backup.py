"""Commands that take a backup and bring one back."""

from pathlib import Path
from typing import Annotated

import typer

from geoservice.commands.language import told
from geoservice.settings import Settings
from layers.sentences import say

app = typer.Typer()


@app.command()
def backup(
    folder: Annotated[Path, typer.Argument(help="where the backup goes; a later one copies only what is new")],
) -> None:
    """Write the database and the stored files into a folder, while the service runs."""
    from geoservice.database.backup import back_up

    made = back_up(Settings(), folder)
    size = made.database_bytes / 1e6
    if made.files is None:
        print(told(say("backup-database-only", folder=str(folder), database_mb=size)))
        return
    file_mb = made.file_bytes / 1e6
    print(told(say("backup-made", folder=str(folder), database_mb=size, files=made.files, file_mb=file_mb)))


@app.command()
def restore(
    folder: Annotated[Path, typer.Argument(help="the folder of a backup", exists=True)],
    take_over: Annotated[
        bool, typer.Option("--take-over", help="the storage is the one backed up, and its database is gone for good")
    ] = False,
) -> None:
    """Bring a backup into a database that holds nothing yet; of an older program too."""
    from geoservice.database.backup import restore as bring_back

    made = bring_back(Settings(), folder, take_over)
    print(told(say("backup-restored", taken=made.taken, program=made.program)))
