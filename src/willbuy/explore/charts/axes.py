"""Axes of counts and of time, so that every chart writes them alike."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import altair as alt

LABEL = "format(datum.value, '~s')"
"""Each number with the prefix that fits it: an axis of its own accord gives all of them the greatest one's, and 0 is 0k."""


def count_axis(title: str | None, **more: Any) -> alt.Axis:
    """An axis of counts: 500, 1k, 20k. Without a title it takes that of its channel."""
    given = (
        ({} if "values" in more else {"tickCount": 4}) | more | ({} if title is None else {"title": title})
    )
    return alt.Axis(labelExpr=LABEL, **given)


def time_axis(moments: Sequence[str]) -> alt.Axis:
    """An axis of local time for moments as ISO text: clock times, days or months, by how long it is."""
    first, last = datetime.fromisoformat(min(moments)), datetime.fromisoformat(max(moments))
    days = (last - first).days
    form = "%a %H:%M" if days < 4 else "%b %-d" if days <= 200 else "%b %Y"
    return alt.Axis(
        grid=False,
        tickCount=min(8, max(len(set(moments)) - 1, 1)),
        format=form,
        labelOverlap="greedy",
        labelFlush=True,
    )
