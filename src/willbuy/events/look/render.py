"""What `willbuy init` prints about a log."""

from collections.abc import Iterator

from rich.console import Group
from rich.text import Text

from willbuy.errors import printable
from willbuy.events.look.sight import Choice, Sight
from willbuy.events.look.words import (
    base_rate_sentence,
    entities_sentence,
    sample_sentence,
    span_sentence,
)


def render(sight: Sight) -> Group:
    """Return a rich renderable: columns, kinds and counts, time, span, entities, base rate."""
    return Group(*(Text(line) for line in lines(sight)))


def lines(sight: Sight) -> Iterator[str]:
    """Yield the same as plain text; names from the file cannot steer a terminal."""
    yield f"Preset: {_preset(sight)}"
    yield f"Columns of {printable(sight.files[0].name)} ({sight.format}):"
    wide = max(len(field) for field in sight.columns)
    for field, choice in sight.columns.items():
        yield f"  {field:<{wide}}  {_choice(choice)}"
    yield "Kinds:"
    names = [printable(seen.name, 40) for seen in sight.kinds]
    wide = max(len(name) for name in names)
    for name, seen in zip(names, sight.kinds, strict=True):
        yield f"  {name:<{wide}}  {seen.events:>12,}  {seen.kind}"
    yield f"Time: {_choice(sight.time_unit)}"
    yield f"Zone of the times: {_choice(sight.time_zone)}"
    yield f"Zone of the shop: {_choice(sight.shop_zone)}"
    yield f"Span: {span_sentence(sight)}"
    yield f"Rows: {sight.rows:,}"
    yield f"Entities: {entities_sentence(sight)}"
    yield f"Target: buying within {_choice(sight.within)}"
    yield base_rate_sentence(sight) or "Base rate: the rows looked at do not reach far enough to tell"
    if sight.sample:
        yield sample_sentence(sight.sample)
    yield from (f"Note: {note}" for note in sight.notes)


def _preset(sight: Sight) -> str:
    return _choice(sight.preset) if sight.preset else "none, so columns and kinds are read as below"


def _choice(choice: Choice) -> str:
    return printable(choice.value) + (f" ({choice.why})" if choice.why else "")
