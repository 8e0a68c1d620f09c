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

    def choose(self, value: str, otherwise: str = "NULL") -> str:
        """The value of an event that satisfies the condition, something else for one that does not.

        >>> Condition(("a", "b")).choose("1", "0"), Condition().choose("x")
        ('CASE WHEN a AND b THEN 1 ELSE 0 END', 'x')
        """
        return f"CASE WHEN {self.text} THEN {value} ELSE {otherwise} END" if self.parts else value


@dataclass(frozen=True)
class Aggregate:
    """An aggregate over the visible events; `recent` as of its condition.

    `of_one` is its value where there is one visible event: an expression over that event, of the same type.
    None where nobody has said.
    """

    sql: str
    recent: bool
    of_one: str | None = None
