"""The query of one grid anchor: literal bounds over the prepared events."""

from willbuy.features.batch.query import Query
from willbuy.features.batch.select import aggregates, having, item_facts, lower_bound, values


def grid_sql(query: Query, prepared: str, condition: str = "") -> str:
    """One row an entity of the population, with `entity_key` and a column a feature.

    `prepared` is the name of the prepared events, `condition` narrows them further.
    """
    bounds = [f'p."time" < {query.bounds.inside}', *lower_bound(query)]
    where = " AND ".join([*bounds, *([condition] if condition else [])])
    return (
        f'SELECT f."entity_key"{values(query)}\n'
        "FROM (\n"
        f'  SELECT p."entity_key"{aggregates(query)}\n'
        f"  FROM {query.dialect.identifier(prepared)} p\n"
        f"  WHERE {where}\n"
        f'  GROUP BY p."entity_key"{having(query)}\n'
        f") f{item_facts(query)}"
    )
