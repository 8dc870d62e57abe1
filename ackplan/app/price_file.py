"""Reads a price file: bounded as specs are, held against its schema, every fault with its place."""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping
from decimal import Decimal
from pathlib import Path

from ackplan.core import catalog
from ackplan.core.catalog.schemas import PRICES
from ackplan.core.diagnostics import Diagnostic, Failure, Span, error, ordered
from ackplan.core.json_types import Json, mapping
from ackplan.documents import schema_words
from ackplan.documents.files import display, read_bounded
from ackplan.documents.tree import Map, locate
from ackplan.documents.yaml import parse
from ackplan.plan.price_list import PriceList
from ackplan.policy.faults import Validator, Violation, compiled, faults

_MOST_FAULTS = 200


def read_prices(path: Path) -> PriceList:
    """The prices of a YAML or JSON file. Raises Failure with everything that is wrong with it."""
    name = display(path)
    data, fault = read_bounded(path, name)
    if fault is not None:
        raise Failure(fault)
    roots, findings = parse(data, name)
    if not findings and (len(roots) != 1 or not isinstance(roots[0], Map)):
        findings = [error("ACK2130.shape", span=Span(name, 1, 1))]
    if findings or not isinstance(roots[0], Map):
        raise Failure(*findings)
    wrong = ordered(dict.fromkeys(_faults(roots[0], name)))
    if wrong:
        raise Failure(*wrong)
    return _prices(roots[0])


@functools.cache
def _validator() -> Validator:
    return compiled(catalog.DEFAULT.schemas.read(PRICES))


def _faults(document: Map, file: str) -> Iterator[Diagnostic]:
    schema = catalog.DEFAULT.schemas.read(PRICES)
    for fault in faults(_validator(), schema, document, _MOST_FAULTS):
        span = locate(document, fault.absolute_path, Span(file, 1, 1), at_key=fault.at_key)
        where = ".".join(map(str, fault.absolute_path))
        yield error("ACK2130.wrong", span=span, parameter=where, detail=_detail(fault))


def _detail(fault: Violation) -> str:
    if not fault.unwanted:
        return fault.rule or fault.described()
    names = mapping(fault.schema.get("properties", {})) if isinstance(fault.schema, Mapping) else {}
    near = schema_words.suggestion(str(fault.absolute_path[-1]), names)
    return f"is not known here: {near or 'there are: ' + ', '.join(names)}"


def _prices(document: Map) -> PriceList:
    regions = {region: _sorts(sorts) for region, sorts in mapping(document["regions"]).items()}
    return PriceList(str(document["currency"]), regions)


def _sorts(sorts: Json) -> dict[str, dict[str, Decimal]]:
    return {sort: {n: _amount(v) for n, v in mapping(amounts).items()} for sort, amounts in mapping(sorts).items()}


def _amount(value: Json) -> Decimal:
    """The amount as it is written: the shortest text of a number is that, up to 15 digits."""
    return Decimal(str(value))
