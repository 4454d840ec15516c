"""What a command does without, to begin sooner."""

import sys
from collections.abc import Sequence
from importlib.abc import MetaPathFinder
from types import ModuleType


class _WithoutPandas(MetaPathFinder):
    """Says that pandas is not there."""

    def find_spec(self, name: str, path: Sequence[str] | None, target: ModuleType | None = None) -> None:
        """Refuse pandas, leave everything else to those who find it."""
        if name == "pandas":
            raise ModuleNotFoundError(name=name)


def without_pandas() -> None:
    """Let Arrow set itself up without pandas, which it loads when it first hands an array over, if it is there.

    That takes half a second and nothing here asks Arrow for a DataFrame. For processes of ours only: it is done once.
    """
    if "pandas" in sys.modules:
        return
    import pyarrow as pa

    refusing = _WithoutPandas()
    sys.meta_path.insert(0, refusing)
    try:
        pa.array([0]).to_numpy(zero_copy_only=False)
    finally:
        sys.meta_path.remove(refusing)
