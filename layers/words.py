"""Names that are found by a part of them, by their pinyin and by its first letters: a table of words beside a layer's.

Each feature's names are kept there in small letters with the numbers of their pieces, indexed together (GIN): a
syllable, two neighbouring syllables, two neighbouring first letters, three neighbouring Latin letters or digits. 商丘
is asked for as 商丘, ``shangqiu``, ``shangq`` or ``sq``; a road or a parcel's code by any three characters of it.
Pieces only lead to candidates; what was asked for in characters or digits must also stand in the text.
"""

import re
import unicodedata
from collections.abc import Iterator, Sequence
from itertools import chain, pairwise, product
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
from sqlalchemy.orm import Session

from layers.copying import Body, Fixed, copy_rows, cut, ragged, together
from layers.filter.clauses import Binder
from layers.layer import Column
from layers.overlapped import overlapped
from layers.pinyin import READINGS, Numbers, cuts, initial, readings, syllable_number
from layers.tables import Statement, analyse, joined_columns, quote, quote_column, run

WALKED = 4_000
"""Features looked at in order before the index is asked: a word that many have is found at once."""
MOST_WORDS = 8
MOST_SAID = 2_000
"""Characters of a feature in which words are found: long texts in many columns would take longer than all the rest."""
_BATCH = 2_500
MOST_AT_ONCE = 100_000
"""Characters whose pieces are looked for at once: that takes some three hundred bytes for each."""
_NAMED = re.compile(r"name|title|label|addr|code|名|地址|编号|编码|代码|门牌|(?:^|_)(?:mc|dz|bh|bm|id|no)$", re.I)
_SYLLABLE, _PAIR, _INITIALS, _LATIN, _START = range(1, 6)
_INT4 = 23
Said = tuple[int, str | None]


def named_columns(columns: Sequence[Column], label: str | None = None) -> list[Column]:
    """Return the text columns that hold names, addresses and codes; all text columns where none is called so."""
    texts = [column for column in columns if column.type == "text"]
    named = [column for column in texts if column.name == label or _NAMED.search(f"{column.name} {column.title}")]
    return named or texts


def index_words(session: Session, table: str, columns: Sequence[Column]) -> str | None:
    """Make and fill the table of words of a feature table; returns its name, None for a layer without text.

    ``columns`` are those that are searched. Runs in the session's transaction.
    """
    if not columns:
        return None
    words = f"{table}_words"
    connection: Any = session.connection().connection.driver_connection
    session.connection().exec_driver_sql(
        f'CREATE TABLE {quote(words)} (fid bigint NOT NULL, said text COLLATE "C" NOT NULL, tokens int4[] NOT NULL)'
    )
    with connection.cursor(name="names") as reader:
        reader.execute(f"SELECT fid, {_said(columns)} FROM {quote(table)} ORDER BY fid")
        batches = iter(lambda: reader.fetchmany(_BATCH), [])
        for fixed, *bodies in overlapped(_rows_of, chain.from_iterable(map(short_parts, batches))):
            copy_rows(session, f"{quote(words)} (fid, said, tokens)", fixed, *bodies)
    name = words.rpartition(".")[2]
    for statement in (
        f"ALTER TABLE {quote(words)} ADD PRIMARY KEY (fid)",
        f"CREATE INDEX {quote_column(name + '_tokens')} ON {quote(words)} USING gin (tokens)",
    ):
        session.connection().exec_driver_sql(statement)
    analyse(session, words)
    return words


def short_parts(read: Sequence[Said]) -> Iterator[Sequence[Said]]:
    """Cut rows read into parts of few enough characters; a row is never cut."""
    ends = np.cumsum([len(text or "") for _, text in read])
    parts = ends // MOST_AT_ONCE
    firsts = [0, *(np.flatnonzero(np.diff(parts)) + 1).tolist(), len(read)]
    yield from (read[first:end] for first, end in pairwise(firsts))


def renew_words(session: Session, words: str, table: str, columns: Sequence[Column], fid: int) -> None:
    """Bring the words of one feature up to date: made, changed or removed."""
    run(session, Statement(f"DELETE FROM {quote(words)} WHERE fid = %(fid)s", {"fid": fid}))
    found = run(session, Statement(f"SELECT {_said(columns)} FROM {quote(table)} WHERE fid = %(fid)s", {"fid": fid}))
    if found:
        said = normal(found[0][0] or "")
        values = {"fid": fid, "said": said, "tokens": [int(token) for token in tokens_of([said])[0]]}
        run(session, Statement(f"INSERT INTO {quote(words)} VALUES (%(fid)s, %(said)s, %(tokens)s::int4[])", values))


def normal(text: str) -> str:
    """Return a text as it is compared: full-width signs as plain ones, small letters, one line."""
    return normalised([text])[0]


def normalised(texts: Sequence[str]) -> list[str]:
    """Return texts as ``normal`` gives them, all at once; a NUL, which no stored text holds, keeps them apart."""
    joined = "\0".join(text.replace("\0", " ") for text in texts)
    plain = re.sub(r"\s+", " ", unicodedata.normalize("NFKC", joined).lower())
    return [text.strip() for text in plain.split("\0")]


def words_condition(text: str, binder: Binder) -> str:
    """Return the condition on a row of words ``w`` that every word of the text is met; ``true`` for no word."""
    words = normal(text).split(" ")[:MOST_WORDS]
    return " AND ".join(_word_condition(word, binder) for word in words if word) or "true"


def _word_condition(word: str, binder: Binder) -> str:
    """Return the ways a word is met, any of them: as it is written, by its syllables, by its first letters."""
    pattern = re.sub(r"([\\%_])", r"\\\1", word)
    stands = f"w.said LIKE {binder.bind(f'%{pattern}%')}::text"
    # Two signs are looked for where a run begins; within a longer word nobody knows where its runs do.
    pieces = tokens_of([word], 1, starts=len(word) == 2)[0]
    ways = [" AND ".join([*_holds(pieces, binder), stands])]
    for spoken in _spoken(word):
        ways += _holds(spoken, binder)
    return ways[0] if len(ways) == 1 else f"({' OR '.join(ways)})"


def _spoken(word: str) -> Iterator[npt.NDArray[np.int32]]:
    """Yield the tokens of each way to hear Latin letters as Chinese: by syllables, by first letters."""
    letters = word.replace("'", "")
    if letters.isascii() and letters.isalpha():
        for syllables, left in cuts(letters):
            yield _pinyin_tokens(syllables, left)
        if len(letters) > 1:
            yield _initial_tokens(letters)


def says(said: str, text: str) -> bool:
    """Tell whether one value says a word of the text that was asked for, as ``words_condition`` has it."""
    plain = normal(said)
    own = {int(token) for token in tokens_of([plain])[0]}
    for word in normal(text).split(" ")[:MOST_WORDS]:
        ways = [{int(token) for token in way} for way in _spoken(word)]
        if word and (word in plain or any(way and way <= own for way in ways)):
            return True
    return False


def _holds(tokens: npt.NDArray[np.int32], binder: Binder) -> list[str]:
    return [f"w.tokens @> {binder.bind([int(token) for token in tokens])}::int4[]"] if len(tokens) else []


def _pinyin_tokens(syllables: Sequence[str], left: str) -> npt.NDArray[np.int32]:
    numbers = np.array([syllable_number(syllable) for syllable in syllables], dtype=np.int64)
    pairs = _token(_PAIR, numbers[:-1], numbers[1:]) if len(numbers) > 1 else _token(_SYLLABLE, numbers)
    if not left:
        return pairs
    begun = initial(np.array([syllable_number(left)]))
    return np.concatenate([pairs, _token(_INITIALS, initial(numbers[-1:]), begun)])


def _initial_tokens(letters: str) -> npt.NDArray[np.int32]:
    numbers = np.array([ord(letter) - ord("a") + 1 for letter in letters], dtype=np.int64)
    return np.unique(_token(_INITIALS, numbers[:-1], numbers[1:]))


def tokens_of(
    texts: Sequence[str], most_readings: int = READINGS, *, starts: bool = True
) -> list[npt.NDArray[np.int32]]:
    """Return the numbers of the pieces of texts (as ``normal`` gives them), sorted, each once.

    ``starts`` tells whether the two signs a run of letters or digits begins with are a piece.
    """
    tokens, firsts = _tokens(texts, most_readings, begun=starts)
    return [tokens[start:end] for start, end in pairwise(firsts.tolist())]


def _tokens(
    texts: Sequence[str], most_readings: int = READINGS, *, begun: bool = True
) -> tuple[npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Return the tokens of all texts in a row, and where those of each text begin; last how many there are."""
    points = np.frombuffer("\n".join(texts).encode("utf-32-le"), dtype=np.uint32)
    row = np.cumsum(points == 10)
    spoken = readings(points)[:, :most_readings]
    found = [*_chinese(row, spoken), *_latin(row, points, begun)]
    rows, pieces = (np.concatenate(parts) for parts in zip(*found, strict=True))
    both = np.sort(rows.astype(np.int64) << 32 | pieces)
    both = both[np.diff(both, prepend=-1) > 0]
    ends = np.searchsorted(both >> 32, np.arange(len(texts) + 1))
    return (both & 0xFFFFFFFF).astype(np.int32), ends


_Found = tuple[npt.NDArray[Any], npt.NDArray[np.int32]]


def _chinese(row: npt.NDArray[Any], spoken: Numbers) -> Iterator[_Found]:
    at = np.flatnonzero(spoken[:, 0])  # where there is a second reading there is a first
    for reading in spoken[at].T:
        has = reading > 0
        yield row[at[has]], _token(_SYLLABLE, reading[has])
    begins = at[:-1][np.diff(at) == 1]
    for left, right in product(spoken[begins].T, spoken[begins + 1].T):
        has = (left > 0) & (right > 0)
        rows, left, right = row[begins[has]], left[has], right[has]
        yield rows, _token(_PAIR, left, right)
        yield rows, _token(_INITIALS, initial(left), initial(right))


def _latin(row: npt.NDArray[Any], points: npt.NDArray[np.uint32], starts: bool) -> Iterator[_Found]:
    """Yield three neighbours of a run of letters and digits, and the two it starts with."""
    wide = points.astype(np.int64)
    sign = ((wide >= 48) & (wide <= 57)) | ((wide >= 97) & (wide <= 122))
    three = sign[:-2] & sign[1:-1] & sign[2:]
    yield row[:-2][three], _token(_LATIN, wide[:-2][three], wide[1:-1][three] << 8 | wide[2:][three])
    if not starts:
        return
    start = sign[:-1] & sign[1:] & ~np.concatenate([[False], sign])[: max(len(sign) - 1, 0)]
    yield row[:-1][start], _token(_START, wide[:-1][start], wide[1:][start])


def _token(kind: int, first: Numbers, second: Numbers | int = 0) -> npt.NDArray[np.int32]:
    """Mix a piece's kind and its one or two numbers to 31 bits; the multipliers are those of SplitMix64."""
    with np.errstate(over="ignore"):
        mixed = np.asarray(first).astype(np.uint64) * np.uint64(0xBF58476D1CE4E5B9)
        mixed ^= (np.asarray(second).astype(np.uint64) + np.uint64(kind << 48)) * np.uint64(0x94D049BB133111EB)
        mixed ^= mixed >> np.uint64(31)
        return (mixed * np.uint64(0xBF58476D1CE4E5B9) >> np.uint64(33)).astype(np.int32)


def _said(columns: Sequence[Column]) -> str:
    return f"left({joined_columns([quote_column(column.name) for column in columns])}, {MOST_SAID})"


def _rows_of(read: Sequence[Said]) -> tuple[list[Fixed], Body, Body]:
    return _rows([fid for fid, _ in read], normalised([text or "" for _, text in read]))


def _rows(fids: Sequence[int], texts: Sequence[str]) -> tuple[list[Fixed], Body, Body]:
    """Return rows of a binary COPY: bigint, text, int4[]."""
    tokens, starts = _tokens(texts)
    elements = np.empty((len(tokens), 2), dtype=">i4")
    elements[:, 0], elements[:, 1] = 4, tokens
    heads = np.zeros((len(texts), 5), dtype=">i4")  # dimensions, NULLs, type; of the one dimension length, first index
    heads[:, 0], heads[:, 2], heads[:, 3], heads[:, 4] = 1, _INT4, np.diff(starts), 1
    arrays = together(cut(heads.data, 20, len(texts)), ragged(elements.data, 8 * starts))
    return [(">i8", np.array(fids, np.int64))], pa.array(texts, pa.large_string()), arrays
