"""Are the codes in a layer's columns codes at all? By the layer's own code lists, and by schemes we know by name.

Titles tell the scheme: DLBM is a land-use class (GB/T 21010-2017 with the working codes of the third survey), GB a
feature code (GB/T 13923: class 1 to 8, six digits, perhaps a seventh for the geometry), PAC or XZQDM an
administrative code. A code that is none is counted and listed; nothing is changed.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from importers.report import Check
from layers.layer import Column, Domains
from layers.sentences import listed, say
from layers.tables import Statement, quote, quote_column, run

MOST_VALUES = 20_000
"""Distinct values of a column looked at; a column of more holds no codes."""
LISTED = 5


@dataclass(frozen=True)
class Scheme:
    """A scheme of codes: its name, the titles of columns that hold it, and what its codes look like."""

    name: str
    titles: frozenset[str]
    pattern: re.Pattern[str]


SCHEMES = (
    Scheme(
        say("land-use-class"),
        frozenset({"DLBM", "地类编码", "地类代码", "TDLYDM"}),
        re.compile(
            r"(0[1-9]|1[0-2]|010[123]|020[1-4]|030[1-7]|040[1-4]|050[1-8]|05H1|060[1-4]|070[12]|08(0[1-9]|10A?)|08H[12]|"
            r"090[1-6]|100[1-9]|11(0[1-9]|10)|110[47]A|120[1-7]|20[1-5]A?)K?"
        ),
    ),
    Scheme(
        say("feature-code"),
        frozenset({"GB", "GBCODE", "GB_CODE", "GBM", "国标码"}),
        re.compile(r"[1-8]\d{5}[1-4]?"),
    ),
    Scheme(
        say("administrative-code"),
        frozenset({"PAC", "XZQDM", "XZQH", "ADCODE", "ADCODE99", "行政区代码", "行政区划代码"}),
        re.compile(r"(1[1-5]|2[1-3]|3[1-7]|4[1-6]|5[0-4]|6[1-5]|71|8[12])\d{4}(\d{3}|\d{6})?"),
    ),
    Scheme(say("cass-code"), frozenset({"FEATURE_CODE"}), re.compile(r"\d{6}([123]|-\d+)?")),
)


def check_codes(session: Session, table: str, columns: Sequence[Column], domains: Domains) -> Check:
    """Judge every column that has a code list or a known scheme, in the table that was written."""
    looked, found = 0, []
    for column in columns:
        scheme = next((scheme for scheme in SCHEMES if column.title.strip().upper() in scheme.titles), None)
        codes = domains.get(column.name)
        if (scheme is None and codes is None) or column.type not in ("text", "integer", "bigint", "boolean"):
            continue
        values = _values(session, table, column)
        if values is None:
            continue
        looked += 1
        name = say("layers-code-list") if codes is not None else scheme.name if scheme else ""
        wrong = {
            value: count
            for value, count in values.items()
            if not (value in codes if codes is not None else scheme and scheme.pattern.fullmatch(value))
        }
        if wrong:
            found.append(_told(column.title, name, wrong))
    if not looked:
        return Check(say("codes"), "pass", say("no-code-column"))
    if not found:
        return Check(say("codes"), "pass", say("all-codes-valid", looked=looked))
    return Check(say("codes"), "conditional", listed(found))


def _values(session: Session, table: str, column: Column) -> Mapping[str, int] | None:
    """Count a column's distinct values; None when there are too many for codes."""
    name = quote_column(column.name)
    text = f"SELECT {name}::text, count(*) FROM {quote(table)} WHERE {name} IS NOT NULL GROUP BY 1 LIMIT %(most)s"
    rows = run(session, Statement(text, {"most": MOST_VALUES + 1}))
    values = {str(row[0]).strip(): int(row[1]) for row in rows}
    values.pop("", None)
    return None if len(rows) > MOST_VALUES else values


def _told(title: str, name: str, wrong: Mapping[str, int]) -> str:
    first = sorted(wrong, key=lambda value: -wrong[value])[:LISTED]
    shown = ", ".join(f"{value[:40]!r} ({wrong[value]})" for value in first)
    more = say("also-other-values", count=len(wrong) - len(first)) if len(wrong) > len(first) else ""
    return say("values-not-codes", title=title, sum=sum(wrong.values()), name=name, shown=shown, more=more)
