"""What a rule says to whoever sends an event: the shop file, which some rules speak of, is not theirs to change."""

from willbuy.events.rules import SAYS

_ISO = "or under the name time as ISO 8601 with its offset, such as 2015-06-02T05:02:12Z"
_OWN = {
    "kind_unknown": "the kind is none that this shop knows; under the name kind there are view, cart, remove, favourite, purchase "
    "and other",
    "time_unreadable": f"the time cannot be read; send it as this shop's files have it, {_ISO}",
    "time_without_zone": f"the time carries no zone, and this shop has declared none; send it with its offset, {_ISO}",
    "time_out_of_range": "the time lies outside 1990 to 2100; were seconds sent for milliseconds, or the other way round?",
    "received_unreadable": "the time of receipt cannot be read; send it as the time of the event, or not at all",
    "price_not_a_number": "the price is no decimal number; under the name price it has a point before its decimals",
    "price_digits": "the price has more digits than this shop's currency; it is not rounded",
}

TOLD = SAYS | _OWN
"""What each rule says to a client; none of it repeats what was sent, or names a key of the shop file.

>>> [rule for rule, words in TOLD.items() if "source." in words and rule not in ("not_utf8",)]
[]
"""
