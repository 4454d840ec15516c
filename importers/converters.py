"""Programs of the operator's that importers may start. Set once by whoever starts the process, never by a request.

A command that came with an upload would be a command of the uploader's; so it is no field of ``ReadOptions``.
"""

_commands: dict[str, str] = {}


def use_dwg_converter(command: str | None) -> None:
    """Name the command that converts DWG to DXF, with ``{input}`` and ``{output}`` in it; None: there is none."""
    _commands["dwg"] = (command or "").strip()


def dwg_converter() -> str:
    """Return the command that converts DWG to DXF, empty when there is none."""
    return _commands.get("dwg", "")
