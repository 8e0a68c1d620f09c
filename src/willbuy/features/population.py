"""The population: who is scored at an anchor, decided from what was known then."""

from willbuy.durations import Duration
from willbuy.features.algebra import EVER, Count, Window
from willbuy.features.algebra.kinds import check_kinds
from willbuy.shop import Shop

DEFAULT = Duration.parse("30d")


def population_of(shop: Shop) -> Count:
    """The count that must be above 0 for an entity to be in the population at an anchor.

    Without a setting: any event in the last 30 days.

    >>> from willbuy.shop import Source, Target
    >>> population_of(Shop(source=Source(), target=Target(within="7d"))).name
    'count_event_30d'
    """
    asked = shop.population
    kinds = () if asked.kind is None else check_kinds(asked.kind)
    if asked.active_within is None and asked.ever:
        return Count(kinds, EVER)
    return Count(kinds, Window(span=asked.active_within or DEFAULT))


def session_population_of(shop: Shop) -> Count | None:
    """The population of a session task, None where the shop asks for none: then every session is asked."""
    asked = shop.population
    return population_of(shop) if asked.ever or asked.kind or asked.active_within else None
