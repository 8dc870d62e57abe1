"""One fleet and its record in git: two branches are worked on, each from a computer of its own, and merged."""

from __future__ import annotations

import copy
import dataclasses
import random
from collections.abc import Mapping
from typing import Any, TypeVar

from ackplan.record.codec import decode, encode

from .fleets import Fleet

T = TypeVar("T")


def branch(fleet: Fleet) -> Fleet:
    """The same spec, to be edited apart."""
    return Fleet(copy.deepcopy(fleet.clusters), fleet.once)


def merge(
    base: Mapping[str, T], ours: Mapping[str, T], theirs: Mapping[str, T], winner: Mapping[str, bool]
) -> dict[str, T]:
    """As git does it, entry by entry. Where both sides changed one, somebody takes ours or theirs (`winner`: theirs)."""
    merged = {}
    for name in sorted({*base, *ours, *theirs}):
        was, our, their = base.get(name), ours.get(name), theirs.get(name)
        taken = their if our == was or (their != was and winner[name]) else our
        if taken is not None:
            merged[name] = taken
    return merged


def merge_fleets(base: Fleet, ours: Fleet, theirs: Fleet, winner: Mapping[str, bool]) -> dict[str, Any]:
    merged = merge(base.clusters, ours.clusters, theirs.clusters, winner)
    for body in merged.values():
        kept = [name for name in body.pop("depends_on", ()) if name in merged]
        if kept:
            body["depends_on"] = kept
    return merged


def merge_records(base: str, ours: str, theirs: str, winner: Mapping[str, bool]) -> str:
    """The text of the merged record. Two writes of one serial merge without a word, others are resolved upwards."""
    if ours == base or theirs == base:
        return theirs if ours == base else ours
    was, our, their = (decode(text, "record") for text in (base, ours, theirs))
    clusters = merge(was.clusters, our.clusters, their.clusters, winner)
    return encode(dataclasses.replace(our, clusters=clusters, serial=max(our.serial, their.serial)))


def drawn(rng: random.Random, names: tuple[str, ...]) -> dict[str, bool]:
    """Whose side is taken in each conflict."""
    return {name: rng.random() < 0.5 for name in names}
