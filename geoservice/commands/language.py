"""The language the command line speaks: ``--language``, else ``LC_ALL``, ``LC_MESSAGES`` or ``LANG``."""

import os

from layers.sentences import Language, worded

_chosen: list[Language] = []


def choose_language(said: str | None) -> None:
    """Settle it for this run; None: as the environment has it."""
    _chosen[:] = ["zh" if said == "zh" else "en"] if said else []


def spoken() -> Language:
    """Return it. The first of the three variables that is set counts, as POSIX has it."""
    if _chosen:
        return _chosen[0]
    set_one = next((os.environ[name] for name in ("LC_ALL", "LC_MESSAGES", "LANG") if os.environ.get(name)), "")
    return "zh" if set_one.lower().startswith("zh") else "en"


def told(sentence: str) -> str:
    """Return a sentence in the language spoken."""
    return str(worded(sentence, spoken()))
