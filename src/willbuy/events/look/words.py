"""Sentences about what was seen, the same in the shop file and on the screen."""

from willbuy.events.look.decide import describe_span
from willbuy.events.look.sight import Sample, Sight


def span_sentence(sight: Sight) -> str:
    """From when to when the log goes."""
    return f"{sight.first:%Y-%m-%d %H:%M} to {sight.last:%Y-%m-%d %H:%M} UTC ({describe_span(sight.first, sight.last)})"


def entities_sentence(sight: Sight) -> str:
    """How many there are, and how many of them bought."""
    share = sight.buyers / sight.entities
    return f"{sight.entities:,} entities, {sight.buyers:,} of them bought ({share:.2%}), {sight.purchases:,} purchases"


def base_rate_sentence(sight: Sight) -> str:
    """The base rate with its counts, "" where the rows looked at do not reach that far."""
    found = sight.rate
    if found is None or found.rate is None:
        return ""
    share = f"{found.positives:,} of {found.n:,} ({found.rate:.2%})"
    if found.anchor is None:
        return f"Base rate: {share} sessions hold a purchase"
    who = f"active in {sight.active_within.value} before" if sight.active_within else "seen before"
    return f"Base rate: {share} {who} {found.anchor:%Y-%m-%d %H:%M} UTC bought within {sight.within.value}"


def sample_sentence(sample: Sample) -> str:
    """That only the beginning was looked at.

    >>> sample_sentence(Sample(256 << 20, 5 << 30, "bytes"))
    'A SAMPLE: only the first 256 MiB of 5,120 MiB were looked at; counts are of those'
    """
    if sample.unit == "rows":
        return f"A SAMPLE: only the first {sample.looked:,} of {sample.of:,} rows were looked at; counts are of those"
    of = f" of {sample.of >> 20:,} MiB" if sample.of else ", decompressed,"
    return f"A SAMPLE: only the first {sample.looked >> 20:,} MiB{of} were looked at; counts are of those"
