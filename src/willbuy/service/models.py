"""What the routes know of the model in service: its fields, made once for each model and kept while it is in service."""

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING, Any

from willbuy.models.prepare import Column
from willbuy.service.fields import ID, Fields
from willbuy.service.state import State
from willbuy.service.wire.errors import busy
from willbuy.shop import Shop, TableShop
from willbuy.shop.common import Common

if TYPE_CHECKING:
    from willbuy.service.serving import Serving


class Current:
    """The model in service with its fields: `of(state)` makes what asks for both.

    >>> Current(None, None).fields is None
    True
    """

    def __init__(self, serving: Any, fields: Any) -> None:
        self.serving: Serving = serving
        self.fields: Fields = fields


def current_of(state: State) -> Callable[[], Current]:
    """What returns the model in service with its fields; it raises Refusal 503 where there is none."""
    return partial(_current, state, [Current(None, None)])


def _current(state: State, kept: list[Current]) -> Current:
    serving, known = state.holder.current, kept[0]
    if serving is known.serving and serving is not None:
        return known
    if serving is None:
        raise busy("no_model", "no model is in service yet. Promote one: willbuy promote", 5)
    kept[0] = Current(serving, fields_of(state.shop, serving))
    return kept[0]


def fields_of(shop: Common, serving: "Serving") -> Fields:
    """The fields of a model's records: a table's columns, or the features of a log."""
    manifest = serving.bundle.manifest
    ids = (id_name(shop), ID)
    if "columns" in manifest:
        columns = [Column.from_dict(column) for column in manifest["columns"]]
        names = [column.name for column in columns]
        return Fields(columns, names, ids=ids, besides=_not_read(shop), aliases=shop.serve.aliases)
    columns = [Column(name, "number") for name in serving.names]
    return Fields(columns, nullable(serving), ids=ids, aliases=shop.serve.aliases)


def id_name(shop: Common) -> str:
    """The id's own name: a table's id column, a log's column of entities, else `customer_id`."""
    if isinstance(shop, TableShop):
        return shop.table.id or ID
    if isinstance(shop, Shop):
        from willbuy.events.presets import resolve

        return resolve(shop.source).columns.get("entity", ID)
    return ID


def nullable(serving: "Serving") -> frozenset[str]:
    """The features of a log that can be null: those that have words for it."""
    phrases = serving.bundle.manifest.get("phrases", {})
    return frozenset(name for name in serving.names if phrases.get(name, {"null": "?"}).get("null"))


def _not_read(shop: Common) -> frozenset[str]:
    """What a row of a table's file may hold besides its inputs: ignored columns, and the one that orders the rows."""
    if not isinstance(shop, TableShop):
        return frozenset()
    ignored = {name for name, column in shop.table.columns.items() if column.role == "ignore"}
    return frozenset(ignored | ({shop.table.order} if shop.table.order else set()))
