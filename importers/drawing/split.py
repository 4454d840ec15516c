"""One drawing as several coded layers: by theme, and the annotation apart.

The drawing is read once; its features are put down on disk by theme, from where each layer reads its own.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import shapely

from importers.batch import FeatureBatch, Refusal, SourceLayer
from importers.drawing.cass import TARGETS
from layers.workplace import make_workplace, remove_workplace


def split_by_theme(layer: SourceLayer) -> tuple[tuple[SourceLayer, ...], Callable[[], None]]:
    """Return one layer for each theme that has features, and the function that removes the files behind them.

    Texts are of the theme ``annotation``, features without a theme go to ``other``. What was refused or done is told
    with the first layer's first batch.
    """
    folder = make_workplace("drawing")
    try:
        counts, refused, done = _put_down(layer, folder)
    except BaseException:
        remove_workplace(folder)
        raise
    if not counts:
        remove_workplace(folder)
        return (layer,), lambda: None
    layers = []
    for number, (theme, count) in enumerate(counts.items()):  # a theme is a user's word and makes no file name
        told = (refused, done) if number == 0 else ((), {})
        zh, en = TARGETS.get(theme, (theme, theme))
        layers.append(
            replace(
                layer,
                name=f"{layer.name}_{theme}",
                batches=_reader(folder / f"{number}.arrow", *told),
                claimed=count,
                target=theme,
                title={"zh": zh, "en": en},
            )
        )
    return tuple(layers), partial(remove_workplace, folder)


def _put_down(layer: SourceLayer, folder: Path) -> tuple[dict[str, int], tuple[Refusal, ...], dict[str, int]]:
    counts: dict[str, int] = {}
    refused: list[Refusal] = []
    done: dict[str, int] = {}
    writers: dict[str, Any] = {}
    try:
        for batch in layer.batches():
            refused += batch.refused
            for name, count in batch.done.items():
                done[name] = done.get(name, 0) + count
            themes = np.array([theme or "other" for theme in batch.columns["theme"].to_pylist()], dtype=object)
            for theme in dict.fromkeys(themes.tolist()):
                table = _table(batch, themes == theme)
                if theme not in writers:
                    writers[theme] = pa.ipc.new_file(folder / f"{len(writers)}.arrow", table.schema)
                    counts[theme] = 0
                writers[theme].write(table)
                counts[theme] += table.num_rows
    finally:
        for writer in writers.values():
            writer.close()
    return counts, tuple(refused), done


def _table(batch: FeatureBatch, chosen: Any) -> pa.Table:
    mask = pa.array(chosen)
    columns = {title: values.filter(mask) for title, values in batch.columns.items()}
    wkb = shapely.to_wkb(batch.geometries[chosen], output_dimension=3)
    ids = np.asarray(batch.source_ids, dtype=object)[chosen]
    return pa.table(columns | {"\0geometry": pa.array(wkb, pa.binary()), "\0id": pa.array(ids, pa.string())})


def _reader(path: Path, refused: tuple[Refusal, ...], done: dict[str, int]) -> Callable[[], Iterator[FeatureBatch]]:
    def batches() -> Iterator[FeatureBatch]:
        told: tuple[tuple[Refusal, ...], dict[str, int]] = (refused, done)
        with pa.ipc.open_file(path) as file:
            for i in range(file.num_record_batches):
                record = file.get_batch(i)
                geometries = shapely.from_wkb(record.column("\0geometry").to_numpy(zero_copy_only=False))
                columns = {name: record.column(name) for name in record.schema.names if not name.startswith("\0")}
                ids = record.column("\0id").to_numpy(zero_copy_only=False)
                yield FeatureBatch(geometries, columns, ids, *told)
                told = ((), {})

    return batches
