"""From one JSON object to an event, or to the first rule that it breaks: the twin of `events.typed` for one row."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from hashlib import blake2b
from typing import Any

from willbuy.events import presets
from willbuy.events.canonical import FIELDS
from willbuy.events.live.amounts import read_price, read_quantity
from willbuy.events.live.kinds import Kind, by_rule, canonical_kinds, own_kinds
from willbuy.events.live.moments import EPOCH, micros_of, read_canonical_time, read_time
from willbuy.events.live.names import SLOTS, Shape, shape_of
from willbuy.events.live.outcome import Accepted, Read, Refused
from willbuy.events.live.texts import is_sound, text_of
from willbuy.events.live.words import TOLD
from willbuy.events.rules import RULES
from willbuy.events.times import EARLIEST, LATEST
from willbuy.events.typed import IDS, LONGEST_ID
from willbuy.features.live.event import Event
from willbuy.shop import Shop

ENTITY, TIME, KIND, ITEM, CATEGORY, PRICE, QUANTITY, SESSION, EVENT_ID, RECEIVED = (
    SLOTS[field]
    for field in ("entity", "time", "kind", "item", "category", "price", "quantity", "session", "event_id",
                  "received")
)  # fmt: skip
SKEW = 300_000_000
"""Microseconds that a client's clock may go ahead of ours."""

MOST_SHAPES = 256
LONGEST_NAMES = 10_000
FIRST, LAST = (micros_of(datetime.fromisoformat(day)) for day in (EARLIEST, LATEST))
RULE = {rule.name: rule for rule in RULES}
ID_SLOTS = tuple(SLOTS[field] for field in IDS)
NESTED = (dict, list, tuple)


class EventReader:
    """Reads the events of one shop. Safe to use from several threads.

    >>> shop = Shop.model_validate({"source": {"preset": "retailrocket"}, "target": {"within": "7d"}})
    >>> read = EventReader(shop).read
    >>> sent = {"timestamp": 1433221332117, "visitorid": 257597, "event": "addtocart", "itemid": 355908}
    >>> found = read(sent, datetime(2015, 6, 2, 5, 3))
    >>> found.entity, found.event.kind, found.event.item, found.event.time
    ('257597', 'cart', '355908', datetime.datetime(2015, 6, 2, 5, 2, 12, 117000))
    >>> same = {"entity": "257597", "time": "2015-06-02T05:02:12.117Z", "kind": "cart", "item": "355908"}
    >>> read(same, datetime(2015, 6, 3)).body_hash == found.body_hash
    True
    >>> read(sent | {"event": "stare"}, datetime(2015, 6, 3)).rule
    'kind_unknown'
    """

    def __init__(self, shop: Shop) -> None:
        self.source = source = presets.resolve(shop.source)
        self._shapes: dict[tuple[str, ...], Shape] = {}
        self._width = len(FIELDS) + len(source.kind_rules)
        self._time = read_time(source), read_canonical_time(source)
        self._price = (
            read_price(source.decimal, source.currency_digits),
            read_price(".", source.currency_digits),
        )
        self._kinds = own_kinds(source), canonical_kinds(source)
        self._by_rule = by_rule(source)
        constant = source.constant_kind
        self._constant: Kind | None = (constant, constant) if constant else None

    def read(self, body: Mapping[str, Any], received: datetime) -> Read:
        """One event as it was sent, and when it was received (naive UTC): the event, or the first rule that it breaks.

        The shop's own `received`, where it has one, must be sound; what counts is when the service received it.
        """
        keys = tuple(body)
        shape = self._shapes.get(keys) or self._learn(keys)
        texts: list[str | None] = [None] * self._width
        fault = _fill(texts, body, shape)
        if fault:
            return _refused(fault, shape)
        if shape.refused:
            return shape.refused
        return self._event(texts, shape, received)

    def _learn(self, keys: tuple[str, ...]) -> Shape:
        """How bodies with these names are read; remembered for a bounded number of them."""
        shape = shape_of(self.source, keys)
        if sum(map(len, keys)) < LONGEST_NAMES:
            if len(self._shapes) >= MOST_SHAPES:
                self._shapes = {}
            self._shapes[keys] = shape
        return shape

    def _event(self, texts: list[str | None], shape: Shape, received: datetime) -> Read:
        entity, kind = texts[ENTITY], self._kind(texts, KIND in shape.canonical)
        if entity is None or texts[TIME] is None or kind is None:
            return _refused(_missing(texts), shape)
        time = self._moment(texts, TIME in shape.canonical, micros_of(received))
        if isinstance(time, str):
            return _refused(time, shape)
        price = self._price[PRICE in shape.canonical](texts[PRICE] or "") if texts[PRICE] else None
        if isinstance(price, str):
            return _refused(price, shape)
        quantity = read_quantity(texts[QUANTITY] or "") if texts[QUANTITY] else None
        if isinstance(quantity, str):
            return _refused(quantity, shape)
        if _too_long(texts):
            return _refused("id_too_long", shape)
        item, category, session, event_id = texts[ITEM], texts[CATEGORY], texts[SESSION], texts[EVENT_ID]
        content = (entity, time, *kind, item, category, price, quantity, session)
        happened = EPOCH + timedelta(microseconds=time)
        event = Event(
            happened, kind[0], item, category, price, quantity, session, event_id, received, kind[1]
        )
        return Accepted(entity, event, event_id, _digest(content), shape.shown)

    def _kind(self, texts: list[str | None], canonical: bool) -> Kind | None:
        ruled = self._by_rule(texts) if self.source.kind_rules else None
        if ruled:
            return ruled
        named = texts[KIND]
        if named is None:
            return self._constant
        return self._kinds[canonical].get(named)

    def _moment(self, texts: list[str | None], canonical: bool, received: int) -> int | str:
        """When it happened; or the rule that this breaks, or that the shop's own time of receipt breaks."""
        time = self._time[canonical](texts[TIME] or "")
        if isinstance(time, str):
            return f"time_{time}"
        if not FIRST <= time <= LAST:
            return "time_out_of_range"
        if texts[RECEIVED] is not None:
            own = self._time[0](texts[RECEIVED] or "")
            if isinstance(own, str):
                return "received_unreadable"
            if not FIRST <= own <= LAST:
                return "received_out_of_range"
            received = min(own, received)
        return time if time <= received + SKEW else "time_after_received"


def _fill(texts: list[str | None], body: Mapping[str, Any], shape: Shape) -> str | None:
    """Put the texts of the fields into their slots; return the rule of the whole row that is broken."""
    faults = set()
    for name, slot, suffix, is_id in shape.taken:
        value = body[name]
        if type(value) in NESTED:
            faults.add("nested")
            continue
        text = text_of(value)
        if text is None:
            continue
        if not text.isascii() and not is_sound(text):
            faults.add("json")
        if suffix and text.endswith(suffix):
            text = text[: -len(suffix)]
        if is_id:
            if "\0" in text:
                faults.add("nul")
            if type(value) is float and not text.removeprefix("-").isdigit():
                faults.add("id_is_float")
        texts[slot] = text
    if faults or shape.ignored or shape.refused:
        return _of_row(faults, body, shape)
    return None


def _of_row(faults: set[str], body: Mapping[str, Any], shape: Shape) -> str | None:
    if "json" in faults or not is_sound(dict(body)):
        return "json"
    return next((name for name in ("nul", "nested", "id_is_float") if name in faults), None)


def _missing(texts: list[str | None]) -> str:
    if texts[ENTITY] is None:
        return "entity_missing"
    if texts[TIME] is None:
        return "time_missing"
    return "kind_missing" if texts[KIND] is None else "kind_unknown"


def _too_long(texts: list[str | None]) -> bool:
    for slot in ID_SLOTS:
        text = texts[slot]
        if text is not None and len(text) * 4 > LONGEST_ID and len(text.encode()) > LONGEST_ID:
            return True
    return False


def _digest(content: tuple[object, ...]) -> bytes:
    return blake2b(repr(content).encode(), digest_size=16).digest()


def _refused(rule: str, shape: Shape) -> Refused:
    about = RULE[rule].field
    return Refused(rule, shape.names[SLOTS[about]] if about in SLOTS else "row", TOLD[rule])
