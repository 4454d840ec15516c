"""What the command line does beyond the functions it calls."""

import contextlib
import os
import re
import signal
import socket
import subprocess
import sys
import threading
from dataclasses import replace

import pytest
from rich.cells import cell_len
from typer.main import get_command

from geoservice.cli import app, main
from geoservice.commands import serve
from geoservice.commands.chinese import HELP
from geoservice.commands.language import spoken
from geoservice.commands.progress import ProgressBar
from geoservice.commands.serve import end_when_told
from geoservice.service import Service
from tests.waiting import PATIENCE_S, until


def goes_on_after_a_swallowed_interrupt():
    with ProgressBar("parcels") as progress:
        progress(1, 3, "reading")
        with contextlib.suppress(KeyboardInterrupt):
            signal.raise_signal(signal.SIGINT)
        progress(2, 3, "writing")


def test_an_interrupt_that_a_library_swallows_cancels_at_the_next_step(capsys):
    before = signal.getsignal(signal.SIGINT)
    with pytest.raises(KeyboardInterrupt):
        goes_on_after_a_swallowed_interrupt()
    assert "everything is as it was before" in capsys.readouterr().err
    assert signal.getsignal(signal.SIGINT) is before


def test_work_that_ends_says_nothing_of_being_cancelled(capsys):
    with ProgressBar("parcels") as progress:
        progress(3, 3, "done")
    assert "as it was before" not in capsys.readouterr().err


def test_without_a_terminal_progress_is_told_in_plain_lines_and_seldom(capsys, monkeypatch):
    with ProgressBar("parcels") as progress:
        progress(1, 4, "reading")
    assert "reading" not in capsys.readouterr().err
    monkeypatch.setattr("geoservice.commands.progress.EVERY_S", 0)
    with ProgressBar("parcels") as progress:
        progress(1, 4, "reading")
        progress(0, None, "counting")
    told = [line for line in capsys.readouterr().err.splitlines() if line.strip()]
    assert told == ["parcels 25% reading", "parcels counting"]


def everything_told(command):
    """Return every English help text of a command, its options and what lies below it, with where it stands."""
    for text in (command.help, *(getattr(parameter, "help", None) for parameter in command.params)):
        if text:
            yield command.name, text
    for inner in getattr(command, "commands", {}).values():
        yield from everything_told(inner)


def test_every_help_text_has_a_chinese_one_and_no_chinese_one_is_left_over():
    told = {text: where for where, text in everything_told(get_command(app))}
    assert {text: where for text, where in told.items() if text not in HELP} == {}
    assert set(HELP) - set(told) == {"Show this message and exit."}


@pytest.fixture
def asked(monkeypatch, capsys):
    """Run the command line where Chinese is spoken; return its status and what it printed."""
    monkeypatch.setenv("GEOSERVICE_LANGUAGE", "zh")
    monkeypatch.setenv("COLUMNS", "80")
    monkeypatch.setattr("geoservice.commands.language._chosen", [])

    def run(*words):
        monkeypatch.setattr("sys.argv", ["geoservice", *words])
        with pytest.raises(SystemExit) as ended:
            main()
        told = capsys.readouterr()
        return ended.value.code, told.out + told.err

    return run


def test_help_is_chinese_where_chinese_is_spoken_and_as_wide_as_the_screen(asked):
    status, text = asked("import", "--help")
    assert status == 0
    assert "把文件导入为图层的下一版本" in text
    assert re.search("--layer +图层名，用于网址（必需）", text)
    assert max(cell_len(line) for line in text.splitlines()) <= 80
    assert "Usage: geoservice import" in asked("--language=en", "import", "--help")[1]


def test_a_language_asked_for_is_that_of_one_run_only(asked):
    asked("--language=en", "version")
    assert spoken() == "en"
    asked("version")
    assert spoken() == "zh"


@pytest.mark.parametrize(("asked", "told"), [(signal.SIG_DFL, [signal.SIGTERM]), (signal.SIG_IGN, [])])
def test_a_terminal_that_is_closed_ends_the_service_in_order_unless_told_to_go_on(asked, told):
    heard = []
    before = {number: signal.getsignal(number) for number in (signal.SIGHUP, signal.SIGTERM)}
    try:
        signal.signal(signal.SIGHUP, asked)
        end_when_told()
        signal.signal(signal.SIGTERM, lambda number, frame: heard.append(number))  # as uvicorn does while it serves
        os.kill(os.getpid(), signal.SIGHUP)
        until(lambda: heard == told)
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


STAYS = """
import signal, sys, time
from geoservice import cli

signal.signal(signal.SIGHUP, signal.SIG_DFL)  # the tests may run below nohup

@cli.app.command("stay")
def stay() -> None:
    try:
        print("at work", flush=True)
        time.sleep(600)
    finally:
        print("in order", flush=True)

sys.argv = ["geoservice", "stay"]
cli.main()
"""


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_a_command_that_is_told_to_end_ends_in_order(number):
    """It may have started the private database, which would run on."""
    with subprocess.Popen([sys.executable, "-c", STAYS], stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout.readline() == "at work\n"
        process.send_signal(number)
        assert process.stdout.read() == "in order\n"
        assert process.wait(PATIENCE_S) == 128 + number


def test_without_a_word_the_commands_are_listed(asked):
    assert "子命令：" in asked()[1]


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (("import", "no.shp"), "错误：files：“no.shp”不存在。用法见：geoservice import --help"),
        (("import", __file__), "错误：缺少选项 --layer。用法见：geoservice import --help"),
        (("serve", "--port", "many"), "错误：--port 应为整数。用法见：geoservice serve --help"),
        (("fly",), "错误：没有子命令“fly”。用法见：geoservice --help"),
        (("imprt",), "错误：没有子命令“imprt”；相近的有：'import'。用法见：geoservice --help"),
    ],
)
def test_a_wrong_command_line_is_one_chinese_sentence(asked, words, sentence):
    assert asked(*words) == (2, sentence + "\n")


@pytest.mark.parametrize("words", [("datum", "add"), ("import", __file__, "--layer", "x", "--style")])
def test_json_nested_beyond_measure_is_refused_in_a_sentence(asked, tmp_path, words):
    nested = '{"a":' * 100_000
    record = tmp_path / "record.json"
    record.write_text(nested)
    given = str(record) if words[0] == "datum" else nested
    status, told = asked("--language=en", *words, given)
    assert (status, "JSON" in told, "Traceback" in told) == (1, True, False)
    assert len(told) < 400


def test_what_the_command_line_was_given_is_an_argument_not_a_query_parameter(asked):
    words = ("sheet", "--scale", "50000", "--bbox", "1,2,3")
    assert asked(*words)[1].startswith("命令的参数无法理解：")
    assert asked("--language=en", *words)[1].startswith("An argument cannot be understood: bbox")


def test_the_addresses_are_told_when_somebody_answers_there(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    with socket.socket() as heard:
        heard.bind(("127.0.0.1", 0))
        port = heard.getsockname()[1]
        served = replace(service, settings=service.settings.model_copy(update={"port": port}))
        telling = threading.Thread(target=serve._say_where_once_heard, args=(served,), daemon=True)
        telling.start()
        telling.join(0.2)
        assert telling.is_alive()
        assert str(port) not in capsys.readouterr().out
        heard.listen()
        telling.join(60)
        assert f"http://127.0.0.1:{port}/" in capsys.readouterr().out


def test_an_address_of_ipv6_is_told_as_one_that_can_be_followed(
    service: Service, capsys: pytest.CaptureFixture[str]
) -> None:
    serve._say_where(replace(service, settings=service.settings.model_copy(update={"host": "::1", "port": 8123})))
    assert "http://[::1]:8123/" in capsys.readouterr().out
