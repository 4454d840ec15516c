"""Commands about what is published: list layers, roll back, remove, prune."""

from typing import Annotated

import typer
from rich.console import Console
from rich.table import Column, Table

from geoservice.commands.language import either, spoken
from geoservice.service import open_service
from geoservice.settings import Settings
from layers.figures import three_digits

layers = typer.Typer(
    no_args_is_help=False,
    invoke_without_command=True,
    help="List layers with their versions; roll back, remove, prune.",
)
console = Console(highlight=False)


@layers.callback()
def list_command(context: typer.Context) -> None:
    """List the layers."""
    if context.invoked_subcommand is not None:
        return
    from layers.catalogue import list_layers
    from layers.views import ALL

    # what other commands ask for may not be cut, so a narrow screen is told less
    narrow = console.width < 100
    english = ("layer", "kind", "version", "features", "accuracy", "scale", "public", "department", "title")
    chinese = ("图层", "类型", "版本", "要素", "精度", "比例尺", "公开", "部门", "标题")
    names = chinese if spoken() == "zh" else english
    kinds = {"vector": "矢量", "imagery": "影像", "elevation": "高程"}
    table = Table(
        *(Column(name, no_wrap=name not in ("title", "标题")) for name in names[: 7 if narrow else 9]), box=None
    )
    with open_service(Settings()) as service, service.database.session() as session:
        for found in list_layers(session, ALL):
            facts, version = found.version.facts, found.version
            versions = either(" of ", " / ").join((str(version.number), ", ".join(map(str, found.versions))))
            public = either("yes", "是") if found.public else either("no", "否")
            cells = (
                found.name, either(found.kind, kinds[found.kind]), versions,
                "" if version.feature_count is None else f"{version.feature_count:,}",
                either("unknown", "未知") if facts.accuracy_m is None else f"{three_digits(facts.accuracy_m)} m",
                f"1:{facts.largest_scale}" if facts.largest_scale else "", public, found.department,
                found.title.get(spoken()) or found.title.get("zh", ""),
            )  # fmt: skip
            table.add_row(*cells[: len(table.columns)])
    console.print(table)


@layers.command("roll-back")
def roll_back_command(layer: str, number: Annotated[int, typer.Argument(help="the version to serve")]) -> None:
    """Serve an older (or again a newer) version."""
    from layers.older_versions import roll_back

    with open_service(Settings()) as service, service.database.session() as session:
        roll_back(session, layer, number)
        session.commit()
    console.print(either(f"{layer} now serves version {number}", f"{layer}现在发布第{number}版"))


@layers.command("remove")
def remove_command(layer: str) -> None:
    """Remove a layer with all its versions."""
    from layers.older_versions import remove_layer

    with open_service(Settings()) as service:
        with service.database.session() as session:
            versions = remove_layer(session, layer)
            session.commit()
        service.storage.remove_versions(versions)
    console.print(either(f"{layer} is removed ({len(versions)} versions)", f"已删除{layer}（{len(versions)}个版本）"))


@layers.command("prune")
def prune_command(layer: str, keep: Annotated[int, typer.Option(min=0, help="newest versions to keep")] = 2) -> None:
    """Remove old versions; the served one stays."""
    from layers.older_versions import prune

    with open_service(Settings()) as service:
        with service.database.session() as session:
            versions = prune(session, layer, keep)
            session.commit()
        service.storage.remove_versions(versions)
    console.print(either(f"{len(versions)} versions of {layer} are removed", f"已删除{layer}的{len(versions)}个版本"))
