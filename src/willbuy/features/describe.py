"""What `willbuy features` shows: every feature with its name, meaning, window and unit, or the query itself."""

import textwrap
from collections.abc import Sequence
from typing import TYPE_CHECKING

from willbuy.features.batch.engine import BatchFeatures
from willbuy.features.catalogue import features_of
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import summarise
from willbuy.features.population import population_of
from willbuy.shop import Shop

if TYPE_CHECKING:
    from willbuy.warehouse.engine import Warehouse


def describe(shop: Shop) -> list[dict[str, str]]:
    """One row a feature of the shop, in order: name, meaning, window, unit, type."""
    from willbuy.warehouse import open_warehouse

    with open_warehouse(shop) as warehouse:
        return rows(of_shop(shop, warehouse))


def query(shop: Shop) -> str:
    """The shop's SQL: what prepares the events, then one anchor, the last local midnight of the log."""
    from willbuy.warehouse import open_warehouse

    with open_warehouse(shop) as warehouse:
        features, log = of_shop(shop, warehouse), summarise(warehouse)
        moment = features.clock.midnight(features.clock.day(log.last))
        engine = BatchFeatures(warehouse, features, log, [moment], population_of(shop))
        items = "".join(f"-- once: facts about items\n{sql};\n\n" for sql in engine.items_sql().values())
        return (
            f"-- once: the events, with what the features need beside them\n{engine.prepare_sql()};\n\n{items}"
            f"-- for each anchor: one row an entity of the population\n{engine.plain_grid_sql(moment)};"
        )


def rows(features: FeatureSet) -> list[dict[str, str]]:
    """One row a feature of a set, in order.

    >>> from willbuy.features.algebra import Count
    >>> rows(FeatureSet((Count(("view",)),)))[0]["meaning"]
    'number of views since the log began'
    """
    return [
        {
            "name": feature.name,
            "meaning": feature.meaning,
            "window": feature.window_text or "-",
            "unit": feature.unit,
            "type": feature.type,
        }
        for feature in features
    ]


def render(described: Sequence[dict[str, str]], width: int = 80) -> str:
    """The rows of `describe` as plain text: name, window and unit on a line, the meaning below it.

    >>> print(render([{"name": "count_view_7d", "meaning": "number of views", "window": "7d", "unit": "events"}]))
    name           window  unit
    count_view_7d  7d      events
        number of views
    """
    heads = ("name", "window", "unit")
    widths = [max(len(head), *(len(row[head]) for row in described)) for head in heads]
    lines = [_cells(heads, widths)]
    for row in described:
        lines.append(_cells([row[head] for head in heads], widths))
        lines.append(textwrap.fill(row["meaning"], width, initial_indent="    ", subsequent_indent="    "))
    return "\n".join(lines)


def _cells(texts: Sequence[str], widths: Sequence[int]) -> str:
    return "  ".join(text.ljust(width) for text, width in zip(texts, widths, strict=True)).rstrip()


def of_shop(shop: Shop, warehouse: "Warehouse") -> FeatureSet:
    """The feature set of a shop for the kinds and fields that its log holds."""
    log = summarise(warehouse)
    return features_of(shop, log.kinds, log.fields)
