"""Help and refusals of the command line in the language spoken.

The parser words both in English; where Chinese is spoken, the texts are put into it and laid out by the width of their
characters, of which a Chinese one takes two columns.
"""

import io
import re
import sys
from functools import partial
from typing import Any

import typer
from rich.console import Console
from rich.padding import Padding
from rich.table import Table

from geoservice.commands.chinese import ERRORS, HELP

Rows = list[tuple[str, str | None]]
"""Names, and what is said of each in English."""


def run_in_chinese(command: Any) -> None:
    """Run a command (of typer's tree) whose help, and what is wrong with its options, is told in Chinese."""
    speak_chinese(command)
    try:
        sys.exit(command(prog_name="geoservice", standalone_mode=False) or 0)
    except typer.TyperException as error:
        print(refusal(error), file=sys.stderr)
        sys.exit(error.exit_code)
    except typer.Abort:
        sys.exit(1)


def speak_chinese(command: Any) -> None:
    """Let a command and all below it tell their help in Chinese."""
    command.get_help = partial(_help, command)
    for inner in getattr(command, "commands", {}).values():
        speak_chinese(inner)


def refusal(error: typer.TyperException) -> str:
    """Return in Chinese why the command line was refused, and where its use is told; the use itself if it was empty."""
    message = str(error.format_message())
    if "\n" in message:
        return message
    context = getattr(error, "ctx", None)
    return f"错误：{_refused(message)}" + (f"用法见：{context.command_path} --help" if context else "")


def _refused(message: str) -> str:
    for pattern, chinese in ERRORS:
        if found := re.fullmatch(pattern, message, re.DOTALL):
            return chinese.format_map({name: (text or "").strip() for name, text in found.groupdict().items()})
    return message


def _help(command: Any, context: Any) -> str:
    """Return the help of a command: what it does, its arguments, options and subcommands."""
    told = io.StringIO()
    console = Console(file=told, width=min(Console().width, 100), highlight=False, markup=False, emoji=False)
    pieces = " ".join(command.collect_usage_pieces(context)).replace("[OPTIONS]", "[选项]")
    pieces = pieces.replace("COMMAND [ARGS]...", "子命令 …")
    console.print(f"用法：{context.command_path} {pieces}", soft_wrap=True)
    console.print()
    console.print(Padding(_chinese(command.help), (0, 2)))
    arguments: Rows = [(p.name, p.help) for p in command.params if p.param_type_name == "argument"]
    offered = [p for p in command.get_params(context) if p.param_type_name == "option" and not p.hidden]
    options: Rows = [_option(option) for option in offered]
    inner: Rows = [(name, one.help) for name, one in getattr(command, "commands", {}).items() if not one.hidden]
    for title, rows in (("参数", arguments), ("选项", options), ("子命令", inner)):
        _section(console, title, rows)
    return "\n".join(line.rstrip() for line in told.getvalue().rstrip().split("\n"))


def _section(console: Console, title: str, rows: Rows) -> None:
    if not rows:
        return
    table = Table.grid(padding=(0, 2))
    table.add_column(no_wrap=True)
    table.add_column()
    for name, text in rows:
        table.add_row(name, _chinese(text).partition("\n")[0])
    console.print(f"\n{title}：")
    console.print(Padding(table, (0, 0, 0, 2)))


def _option(option: Any) -> tuple[str, str]:
    names = "/".join(", ".join(some) for some in (option.opts, option.secondary_opts) if some)
    return names, _chinese(option.help) + ("（必需）" if option.required else "")


def _chinese(text: str | None) -> str:
    return HELP.get(text or "", text or "")
