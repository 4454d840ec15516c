"""A batch of changes as one: features made, replaced, amended and deleted, all or none.

Every change is read before the first is made, and what is wrong is told for each by its place in the document, so that
somebody who sends five hundred mends them in one go.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Literal, TypeVar

from layers.edit.new_features import BodyCrs, NewFeature, merge, read_feature
from layers.edit.writing import Edit
from layers.errors import BadFeature, Fault, FeatureNotFound, GeoError, StateChanged, StateNeeded
from layers.layer import Layer
from layers.sentences import reason, say

Action = Literal["create", "replace", "update", "delete"]
Read = TypeVar("Read")
MOST_FAULTS = 100
"""Faults told at once: the rest are likely of the same kind."""


@dataclass(frozen=True)
class Change:
    """One change. ``state`` is the one that was read, None for whatever it is now; ``patch`` is that of an update."""

    action: Action
    fid: int = 0
    state: str | None = None
    feature: NewFeature | None = None
    patch: Mapping[str, Any] | None = None


def read_features(documents: Sequence[Any], layer: Layer, crs: BodyCrs) -> list[NewFeature]:
    """Read the features of a collection.

    Raises:
        BadFeature: with every fault, by its place.
    """
    return _each(documents, "/features", lambda document: read_feature(document, layer, crs))


def read_changes(documents: Sequence[Any], layer: Layer, crs: BodyCrs, state_of: Callable[[str], str]) -> list[Change]:
    """Read ``{"action", "id", "etag", "feature" or "patch"}``; ``state_of`` reads an ETag.

    Raises:
        BadFeature, StateNeeded: with every fault, by its place.
    """
    return _each(documents, "/changes", lambda document: _read_change(document, layer, crs, state_of))


def apply_changes(edit: Edit, changes: Sequence[Change], crs: BodyCrs) -> list[int]:
    """Make the changes in their order and return the ids of the features; ``crs`` is that of what patches bring.

    Raises:
        FeatureNotFound, StateChanged, BadFeature: with every fault, by its place; the caller rolls back.
    """
    return _each(changes, "/changes", lambda change: _apply(edit, change, crs))


def _read_change(document: Any, layer: Layer, crs: BodyCrs, state_of: Callable[[str], str]) -> Change:
    if not isinstance(document, dict):
        raise BadFeature(say("change-object"))
    action: Any = document.get("action")
    if action not in ("create", "replace", "update", "delete"):
        raise BadFeature.at("/action", say("change-action"))
    change = Change(action)
    if action != "create":
        fid, tag = document.get("id"), document.get("etag")
        if isinstance(fid, bool) or not isinstance(fid, int) or not 0 <= fid < 2**63:
            raise BadFeature.at("/id", say("change-id"))
        if not isinstance(tag, str):
            raise StateNeeded(say("change-etag"))
        change = replace(change, fid=fid, state=None if tag.strip() == "*" else state_of(tag))
    if action == "replace":
        _below("/feature", lambda: require_id(document.get("feature"), change.fid))
    if action in ("create", "replace"):
        return replace(change, feature=_below("/feature", lambda: read_feature(document.get("feature"), layer, crs)))
    if action == "update":
        if not isinstance(document.get("patch"), dict):
            raise BadFeature.at("/patch", say("change-patch"))
        _below("/patch", lambda: require_id(document["patch"], change.fid))
        return replace(change, patch=document["patch"])
    return change


def _apply(edit: Edit, change: Change, crs: BodyCrs) -> int:
    if change.action == "create" and change.feature is not None:
        return edit.create([change.feature])[0]
    if change.action == "delete":
        edit.delete(change.fid, change.state)
    elif change.patch is not None:
        patch = change.patch
        feature = _below("/patch", lambda: amended(edit, change.fid, change.state, patch, crs))
        edit.replace(change.fid, feature, None)
    elif change.feature is not None:
        edit.replace(change.fid, change.feature, change.state)
    return change.fid


def amended(edit: Edit, fid: int, state: str | None, patch: Mapping[str, Any], crs: BodyCrs) -> NewFeature:
    """Return a feature with a merge patch applied; what the patch leaves alone keeps its last digit.

    Raises:
        FeatureNotFound, StateChanged: there is no such feature, or it has changed.
        BadFeature: the patch does not fit.
    """
    merged = merge(edit.current(fid, state), patch)
    if "geometry" in patch or "place" in patch:
        return read_feature(merged, edit.layer, crs)
    kept = BodyCrs(edit.crs, edit.crs, {})
    return replace(read_feature(merged, edit.layer, kept), keeps_geometry=True)


def require_id(document: Any, fid: object) -> None:
    """Refuse a feature, or a patch, that says it is another than the one it is for.

    Raises:
        BadFeature: its ``id`` is another number.
    """
    given = document.get("id") if isinstance(document, dict) else None
    if given is not None and str(given) != str(fid):
        raise BadFeature.at("/id", say("feature-id-other", given=str(given)[:40], fid=fid))


def _below(place: str, act: Callable[[], Read]) -> Read:
    try:
        return act()
    except BadFeature as error:
        raise BadFeature.of([(place + pointer, detail) for pointer, detail in error.faults]) from error


def _each(documents: Sequence[Any], place: str, act: Callable[[Any], Any]) -> list[Any]:
    """Do something with each, going on past what is wrong; raise all faults together."""
    done, faults = [], list[Fault]()
    worst: type[GeoError] | None = None
    for number, document in enumerate(documents):
        try:
            done.append(act(document))
        except (BadFeature, StateNeeded, FeatureNotFound, StateChanged) as error:
            worst = worst or type(error)
            found = error.faults or (("", reason(error)),)
            faults += [(f"{place}/{number}{pointer}", detail) for pointer, detail in found]
            if len(faults) >= MOST_FAULTS:
                break
    if worst is not None:
        raise worst.of(faults)
    return done
