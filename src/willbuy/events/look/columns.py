"""Which column of an unknown log holds what: by the names people give them, then by what they hold."""

import re
from collections.abc import Mapping, Sequence

from willbuy.errors import SourceError, listed
from willbuy.events.look.kinds import known_kind
from willbuy.events.look.sight import Choice

NAMES: Mapping[str, tuple[str, ...]] = {
    "entity": (
        "visitorid", "visitor", "userid", "user", "uid", "customerid", "customer", "clientid", "cookieid", "cookie",
        "memberid", "anonymousid", "fullvisitorid", "userpseudoid", "custid", "shopperid", "buyerid", "personid",
        "deviceid", "distinctid",
    ),
    "time": (
        "timestamp", "time", "ts", "eventtime", "eventtimestamp", "datetime", "date", "createdat", "occurredat",
        "servertimestampepochms", "servertimestamp", "orderdate", "invoicedate", "purchasedate", "transactiondate",
        "orderpurchasetimestamp", "timestr", "eventdate",
    ),
    "kind": (
        "event", "eventtype", "eventname", "type", "behavior", "behaviour", "behaviortype", "behaviourtype",
        "action", "actiontype", "kind", "activity", "interaction", "interactiontype",
    ),
    "item": (
        "itemid", "item", "productid", "product", "sku", "stockcode", "articleid", "article", "productsku",
        "productskuhash", "prodid", "asin",
    ),
    "category": ("categoryid", "category", "categorycode", "productcategory", "itemcategory", "cat", "department"),
    "price": ("price", "unitprice", "itemprice", "productprice", "amount"),
    "quantity": ("quantity", "qty", "pieces", "units"),
    "session": ("sessionid", "session", "usersession", "sessionidhash", "visitid", "gasessionid", "invoiceno",
                "orderid", "invoice"),
    "event_id": ("eventid", "eventuuid", "messageid", "rowid", "uuid"),
    "received": ("received", "receivedat", "receivedtime", "ingestedat", "loadedat"),
}  # fmt: skip
"""Canonical field -> names it goes by, most telling first, in lower case without anything but letters and digits."""

LONGEST_NAME = 500
MOST_KINDS = 50
"""Different values that a column may hold to be taken for the kind by its values alone."""

MOST_KINDS_NAMED = 300
"""The same for a column whose name says that it is."""


def plain(name: str) -> str:
    """Lower case, letters and digits only.

    >>> plain("User ID"), plain("event_type")
    ('userid', 'eventtype')
    """
    return re.sub(r"[^a-z0-9]", "", name.lower())


def guess(
    header: Sequence[str], rows: Sequence[Sequence[str]], given: Mapping[str, str]
) -> dict[str, Choice]:
    """Return canonical field -> column, for the fields not `given` that can be told. Never one column twice."""
    found: dict[str, Choice] = {}
    taken = set(given.values())
    for field, known in NAMES.items():
        if field in given:
            continue
        free = {plain(name): name for name in reversed(header) if name not in taken}
        match = next((free[name] for name in known if name in free), None)
        if match is not None and _plausible(field, _values(header, rows, match)):
            found[field] = Choice(match, "by its name")
            taken.add(match)
    if "kind" not in found and "kind" not in given:
        by_content = [
            name for name in header if name not in taken and _holds_kinds(_values(header, rows, name))
        ]
        if len(by_content) == 1:
            found["kind"] = Choice(by_content[0], "by its values: they are names of what happened")
    return {field: found[field] for field in NAMES if field in found}


def require(found: Mapping[str, Choice], header: Sequence[str]) -> None:
    """Raise SourceError when entity or time could not be told."""
    shown = listed(header)
    for field, meaning in (("entity", "who it was (visitor, user, customer)"), ("time", "when it happened")):
        if field not in found:
            raise SourceError(
                f"cannot tell which column says {meaning}: {shown}. Say it: --column {field}=NAME. "
                "For a table of one row a session or customer, name who bought instead: --target COLUMN"
            )


def looks_like_header(row: Sequence[str]) -> bool:
    """Whether a first line holds names: short, none empty (but an index column's), none a number or a time.

    >>> looks_like_header(["user_id", "ts"]), looks_like_header(["1", "2268318", "pv"])
    (True, False)
    """
    names = [name.strip() for name in row]
    return all(names[1:]) and not any(
        len(name) > LONGEST_NAME or re.match(r"[-+]?\d", name) for name in names
    )


def _values(header: Sequence[str], rows: Sequence[Sequence[str]], name: str) -> list[str]:
    place = list(header).index(name)
    return [row[place] for row in rows if len(row) == len(header) and row[place] != ""]


def _plausible(field: str, values: Sequence[str]) -> bool:
    if not values:
        return True
    if field == "kind":
        return len(set(values)) <= MOST_KINDS_NAMED
    if field in ("price", "quantity"):
        return (
            sum(bool(re.fullmatch(r"-?\d+([.,]\d+)?", value.strip())) for value in values) > len(values) / 2
        )
    if field == "time":
        return sum(any(c.isdigit() for c in value) for value in values) > len(values) / 2
    return True


def _holds_kinds(values: Sequence[str]) -> bool:
    distinct = set(values)
    kinds = {known_kind(value) for value in distinct}
    return len(distinct) <= MOST_KINDS and "purchase" in kinds and len(kinds - {None}) >= 2
