"""What `willbuy init` prints about a log."""

from rich.console import Group
from rich.text import Text

from willbuy.events.look.sight import Sight
from willbuy.events.look.words import base_rate_sentence, entities_sentence, sample_sentence, span_sentence


def render(sight: Sight) -> Group:
    """Return a rich renderable: columns, kinds and counts, time, span, entities, base rate."""
    return Group(*(Text(line) for line in lines(sight)))


def lines(sight: Sight) -> list[str]:
    """The same as plain text lines."""
    wide = max(len(field) for field in sight.columns)
    name = (
        f"{sight.preset.value} ({sight.preset.why})" if sight.preset else "none: columns and kinds as below"
    )
    shown = [f"Preset: {name}", f"Columns of {sight.files[0].name} ({sight.format}):"]
    shown += [
        f"  {field:<{wide}}  {choice.value}" + _why(choice.why) for field, choice in sight.columns.items()
    ]
    shown += ["Kinds:"]
    widest = max(len(seen.name) for seen in sight.kinds)
    shown += [f"  {seen.name:<{widest}}  {seen.events:>12,}  {seen.kind}" for seen in sight.kinds]
    shown += [
        f"Time unit: {sight.time_unit.value}{_why(sight.time_unit.why)}",
        f"Zone of the times: {sight.time_zone.value}{_why(sight.time_zone.why)}",
        f"Zone of the shop: {sight.shop_zone.value}{_why(sight.shop_zone.why)}",
        f"Span: {span_sentence(sight)}",
        f"Rows: {sight.rows:,}",
        f"Entities: {entities_sentence(sight)}",
        base_rate_sentence(sight) or "Base rate: the rows looked at do not reach far enough to tell",
    ]
    if sight.sample:
        shown.append(sample_sentence(sight.sample))
    return shown + [f"Note: {note}" for note in sight.notes]


def _why(why: str) -> str:
    return f" ({why})" if why else ""
