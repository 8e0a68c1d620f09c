"""The tables that batch makes for itself and drops when it is done."""

from dataclasses import astuple, dataclass

ITEM_FACTS = "willbuy_item_facts"
"""Facts about items by day. Made once, read by every group of entities."""

ITEM_FACTS_BY_HOUR = "willbuy_item_facts_by_hour"
"""The same by hour."""

FACT_TABLES = {
    ("item", False): ("i", ITEM_FACTS),
    ("item", True): ("ih", ITEM_FACTS_BY_HOUR),
    ("category", False): ("c", "willbuy_category_facts"),
    ("category", True): ("ch", "willbuy_category_facts_by_hour"),
}
"""(what a fact is about, whether it closes by the hour) -> alias in queries, table."""

ITEM_TABLES = tuple(table for _, table in FACT_TABLES.values())


def fact_key(of: str) -> str:
    """The column of events that a fact is about: items by their number, categories by their text."""
    return "item_key" if of == "item" else of


@dataclass(frozen=True)
class Tables:
    """The names of the tables of one group of entities: groups may be worked on side by side."""

    prepared: str = "willbuy_prepared"  # the events, with what the features need beside them
    late: str = "willbuy_late"  # events that became known after they happened
    late_pairs: str = "willbuy_late_pairs"  # anchors at which some event had happened but was not yet known
    late_prepared: str = "willbuy_late_prepared"  # the events of those anchors, as they were known

    @classmethod
    def of_group(cls, number: int) -> "Tables":
        """The tables of one of several groups.

        >>> Tables.of_group(3).prepared
        'willbuy_prepared_3'
        """
        return cls(*(f"{name}_{number}" for name in astuple(cls())))
