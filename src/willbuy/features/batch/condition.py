"""Conditions on the visible events, and aggregates over those that satisfy one."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Condition:
    """Conditions that must all hold; none is every visible event.

    `recent` says that only events of a bounded window satisfy it: such aggregates need not look at what is older.
    """

    parts: tuple[str, ...] = ()
    recent: bool = False

    @property
    def text(self) -> str:
        """The condition in SQL, "" where every visible event satisfies it."""
        return " AND ".join(self.parts)

    def filter(self, function: str) -> str:
        """An aggregate function over the events that satisfy the condition.

        >>> Condition(("a", "b")).filter("COUNT(x)"), Condition().filter("MAX(x)")
        ('COUNT(x) FILTER (WHERE a AND b)', 'MAX(x)')
        """
        return f"{function} FILTER (WHERE {self.text})" if self.parts else function


@dataclass(frozen=True)
class Aggregate:
    """An aggregate over the visible events; `recent` as of its condition."""

    sql: str
    recent: bool
