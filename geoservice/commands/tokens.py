"""``geoservice token``: the keys to writing and to private layers."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from geoservice.commands.language import either, spoken
from geoservice.service import open_service
from geoservice.settings import Settings
from layers.errors import BadQuery
from layers.sentences import say

app = typer.Typer(no_args_is_help=True)
console = Console(highlight=False)


@app.command()
def create(
    name: Annotated[str, typer.Argument(help="who or what the token is for")],
    department: Annotated[list[str], typer.Option(help="a department it is for; once each, * for all")] = ["*"],  # noqa: B006
    write: Annotated[bool, typer.Option("--write", help="may import and delete, not only read")] = False,
    days: Annotated[int | None, typer.Option(min=1, help="valid for so many days; unset: until revoked")] = None,
) -> None:
    """Make a token and print it, once."""
    from geoservice.auth import create_token

    settings = Settings()
    known = {"*"} | {known.id for known in settings.read_frame().departments}
    if unknown := set(department) - known:
        raise BadQuery(say("department-none", name=sorted(unknown)[0], known=", ".join(sorted(known))), "department")
    expires = datetime.now(UTC) + timedelta(days=days) if days else None
    with open_service(settings) as service, service.database.session() as session:
        token = create_token(session, name, list(department), write=write, expires=expires)
        session.commit()
    print(token)


@app.command("list")
def show() -> None:
    """List the tokens; what they are is not stored."""
    from geoservice.auth import list_tokens

    table = Table(
        *(
            ("编号", "名称", "部门", "可写", "创建", "到期", "撤销")
            if spoken() == "zh"
            else ("id", "name", "departments", "write", "created", "expires", "revoked")
        )
    )
    with open_service(Settings()) as service, service.database.session() as session:
        for row in list_tokens(session):
            times = [
                time.strftime("%Y-%m-%d %H:%M") if time else "" for time in (row.created, row.expires, row.revoked)
            ]
            table.add_row(
                str(row.id), row.name, ", ".join(row.departments), either("yes", "是") if row.write else "", *times
            )
    console.print(table)


@app.command()
def revoke(token_id: Annotated[int, typer.Argument(help="id from 'geoservice token list'")]) -> None:
    """Revoke a token; API processes forget it within seconds."""
    from geoservice.auth import revoke_token

    with open_service(Settings()) as service, service.database.session() as session:
        if not revoke_token(session, token_id):
            raise typer.BadParameter(f"there is no token {token_id}", param_hint="token_id")
        session.commit()
    console.print(either(f"token {token_id} is revoked", f"已撤销令牌{token_id}"))
