"""The language the command line speaks: ``--language``, else what ``GEOSERVICE_LANGUAGE`` or the locale says."""

import os
from collections.abc import Sequence

from layers.sentences import Language, worded

VARIABLES = ("GEOSERVICE_LANGUAGE", "LC_ALL", "LC_MESSAGES", "LANG")
_chosen: list[Language] = []


def choose_language(said: str | None) -> None:
    """Settle it for this run; None: as the environment has it."""
    _chosen[:] = ["zh" if said == "zh" else "en"] if said else []


def choose_from(arguments: Sequence[str]) -> None:
    """Settle it from the command line before that is parsed: help and refusals have a language too."""
    for name, value in zip(arguments, [*arguments[1:], ""], strict=False):
        if not name.startswith("-"):
            return
        said = name.partition("=")[2] if name.startswith("--language=") else value if name == "--language" else ""
        if said in ("zh", "en"):
            choose_language(said)


def spoken() -> Language:
    """Return it. The first of the variables that is set counts, as POSIX has it."""
    if _chosen:
        return _chosen[0]
    set_one = next((os.environ[name] for name in VARIABLES if os.environ.get(name)), "")
    return "zh" if set_one.lower().startswith("zh") else "en"


def either(en: str, zh: str) -> str:
    """Return the one of two texts that is in the language spoken."""
    return zh if spoken() == "zh" else en


def told(sentence: str) -> str:
    """Return a sentence in the language spoken."""
    return str(worded(sentence, spoken()))
