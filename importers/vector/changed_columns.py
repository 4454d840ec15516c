"""How the columns of a layer's next version differ from those it is served with: who filters or draws by them is told.

Nothing is lost by a change: the version before keeps its own columns, and hints and code lists stay for a column that
comes back. But filters on a column that is gone are refused, and maps fall back to what they draw without it.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from layers.catalogue import find_layer
from layers.errors import LayerNotFound
from layers.layer import Column
from layers.sentences import say
from layers.style.hints import COLUMN_KEYS
from layers.views import ALL

SHOWN = 12


def changed_columns(
    session: Session, layer: str, columns: Sequence[Column], style: Mapping[str, Any]
) -> tuple[str, ...]:
    """Return what is to be told of a layer whose next version has ``columns`` and is to be drawn as ``style`` says."""
    try:
        before = find_layer(session, layer, ALL, files=False)
    except LayerNotFound:
        return ()
    old = {column.name: column for column in before.version.columns}
    new = {column.name: column for column in columns}
    gone = {name: column for name, column in old.items() if name not in new}
    return (
        *_told("columns-added", [column.title for name, column in new.items() if name not in old]),
        *_told("columns-gone", [column.title for column in gone.values()]),
        *(
            say("column-retyped", column=column.title, kind=column.type, before=old[name].type)
            for name, column in new.items()
            if name in old and old[name].type != column.type
        ),
        *(
            say("hint-without-column", hint=key, column=gone[style[key]].title)
            for key in COLUMN_KEYS
            if isinstance(style.get(key), str) and style[key] in gone
        ),
        *_told("lists-without-column", [gone[name].title for name in before.domains if name in gone]),
    )


def _told(code: str, titles: Sequence[str]) -> Iterator[str]:
    if titles:
        yield say(code, columns=", ".join(titles[:SHOWN]) + (", …" if len(titles) > SHOWN else ""))
