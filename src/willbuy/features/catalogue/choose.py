"""The feature set of a shop: a catalogue for what its log holds, then what the shop file adds and drops."""

from collections.abc import Callable, Iterator, Sequence

from willbuy.errors import ShopError, did_you_mean
from willbuy.features.algebra import Feature, Window, feature_from_spec
from willbuy.features.catalogue import clicks, purchases, session
from willbuy.features.catalogue.present import Present
from willbuy.features.catalogue.python_file import load_python
from willbuy.features.feature_set import FeatureSet
from willbuy.features.local_time import LocalTime
from willbuy.features.sessions import SessionRule
from willbuy.shop import Shop

Catalogue = Callable[[Present], Iterator[Feature]]

CATALOGUES: dict[str, tuple[Catalogue, tuple[Window, ...]]] = {
    "clicks": (clicks.clicks, clicks.WINDOWS),
    "purchases": (purchases.purchases, purchases.WINDOWS),
    "session": (session.session, session.WINDOWS),
    "none": (lambda present: iter(()), clicks.WINDOWS),
}


def features_of(
    shop: Shop, kinds_present: Sequence[str], fields_present: Sequence[str] = ("item",)
) -> FeatureSet:
    """The feature set of a shop whose log holds these kinds of events and these optional fields.

    Order: the catalogue, the features of `features.python`, those of `features.add`; a feature that is there already
    is not added twice. `features.drop` names what is left out.

    Raises ShopError that names an unknown feature and the nearest right spelling.
    """
    catalogue, windows = CATALOGUES[catalogue_of(shop, kinds_present)]
    if shop.features.windows is not None:
        windows = tuple(Window(span=span) for span in sorted(set(shop.features.windows)))
    present = Present(tuple(kinds_present), tuple(fields_present), windows)
    found = {feature.name: feature for feature in (*catalogue(present), *load_python(shop), *_added(shop))}
    for name in shop.features.drop:
        if name not in found:
            raise ShopError(f"features.drop: {name!r} is no feature of this shop.{did_you_mean(name, found)}")
    kept = tuple(feature for name, feature in found.items() if name not in shop.features.drop)
    if not kept:
        raise ShopError("no feature is left: choose features.catalogue, or add some under [[features.add]]")
    rule = SessionRule(shop.anchors.session_gap, own_ids="session" in fields_present)
    return FeatureSet(kept, LocalTime(shop.shop.zone), rule)


def catalogue_of(shop: Shop, kinds: Sequence[str]) -> str:
    """The catalogue that the shop file names, else the one for its task and the kinds of its log.

    >>> from willbuy.shop import Source, Target
    >>> shop = Shop(source=Source(), target=Target(within="30d"))
    >>> catalogue_of(shop, ["purchase"]), catalogue_of(shop, ["view", "purchase"])
    ('purchases', 'clicks')
    """
    if shop.features.catalogue is not None:
        return shop.features.catalogue
    if shop.target.within == "session":
        return "session"
    return "purchases" if set(kinds) <= {"purchase", "other"} else "clicks"


def _added(shop: Shop) -> Iterator[Feature]:
    for number, spec in enumerate(shop.features.add, start=1):
        try:
            yield feature_from_spec(spec)
        except ShopError as error:
            raise ShopError(f"features.add, number {number}: {error}") from error
