"""D6: an event that cannot be stored takes no other with it, wherever it stands in its batch."""

from pathlib import Path

import pytest

from store.arrivals import arrival, store_them
from store.stores import Opens
from willbuy.store import Arrival, Outcome, Store

POISONS = {
    "a lone surrogate": arrival("ann", 1, "p", item="\ud800"),
    "a lone surrogate as its id": arrival("ann", 1, "\ud800"),
    "a lone surrogate as its entity": arrival("\ud800", 1, "p"),
    "a number of 71 bits": arrival("ann", 1, "p", price=2**70),
    "a fraction for a whole number": arrival("ann", 1, "p", quantity=1.5),
    "a list for a text": arrival("ann", 1, "p", category=["x"]),
    "no time": Arrival("ann", arrival("ann", 1).event._replace(time="yesterday"), "p", b"x"),  # type: ignore[arg-type]
    "no kind": arrival("ann", 1, "p", kind="wink"),
    "an id that is no text": Arrival("ann", arrival("ann", 1).event, ["p"], b"x"),  # type: ignore[arg-type]
}


@pytest.mark.parametrize("poison", POISONS.values(), ids=POISONS)
def test_d6_the_rest_of_a_batch_is_stored(open_store: Opens, tmp_path: Path, poison: Arrival) -> None:
    """At the front, in the middle, at the end, and twice; the writer lives, and the same batch again is known."""
    good = [arrival("bob", number, f"g{number}") for number in range(20)]
    with open_store(tmp_path) as store:
        for place in (0, 10, 20):
            ids = [g._replace(event_id=f"{place}-{g.event_id}") for g in good]
            batch = [*ids[:place], poison, *ids[place:], poison]
            refused = [Outcome.REFUSED if a is poison else Outcome.STORED for a in batch]
            assert store_them(store, batch) == refused
            known = [Outcome.REFUSED if a is poison else Outcome.DUPLICATE for a in batch]
            assert store_them(store, batch) == known
        assert store.alive
        assert len(store.events("bob")) == 60


def test_nul_and_a_million_characters_are_texts(tmp_path: Path) -> None:
    """They are refused at the door, by the rules of the shop; the store itself keeps any text."""
    sent = [arrival("a\0b", 1, "e\0"), arrival("a\0b", 2, "e2", category="x" * 1_000_000)]
    with Store(tmp_path) as store:
        assert store_them(store, sent) == [Outcome.STORED] * 2
        assert [stored.event for stored in store.events("a\0b")] == [a.event for a in sent]
