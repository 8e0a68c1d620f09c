"""The queries of a session task: sessions, the anchors inside them, and what follows in the rest."""

from dataclasses import dataclass
from datetime import datetime

from willbuy.features.batch.columns import kind_code
from willbuy.features.log import LogSummary
from willbuy.features.sessions import SessionRule
from willbuy.warehouse.dialect import Dialect


@dataclass(frozen=True)
class SessionSQL:
    """SQL over prepared events that carry kind, session_start, next_event, and `session` where sessions go by ids.

    `prepared` is the table of those events; what is made of it goes by names after it.
    """

    dialect: Dialect
    prepared: str
    rule: SessionRule
    target: str
    log: LogSummary

    @property
    def sessions_table(self) -> str:
        """The sessions of the prepared events."""
        return f"{self.prepared}_sessions"

    @property
    def anchors_table(self) -> str:
        """The anchors inside those sessions."""
        return f"{self.prepared}_anchors"

    @property
    def asked_table(self) -> str:
        """The anchors of one slot of time."""
        return f"{self.prepared}_asked"

    def sessions(self) -> str:
        """Every session: when it closes, and when its last event of the target's kind was."""
        key = self._key("p")
        closes = self.dialect.earlier('MAX(p."time")', -self.rule.gap.microseconds)
        return (
            f'SELECT {key}, {closes} AS "closes",\n'
            f'  MAX(p."time") FILTER (WHERE p."kind" = {kind_code(self.target)}) AS "bought"\n'
            f'FROM "{self.prepared}" p\nGROUP BY {key}'
        )

    def open_sessions(self) -> str:
        """How many sessions the end of the log cuts."""
        return f'SELECT COUNT(*) FROM "{self.sessions_table}" WHERE "closes" > {self.dialect.timestamp(self.log.end)}'

    def anchors(self, after_events: tuple[int, ...]) -> str:
        """Every anchor: pair, entity_key, moment, session, k, closes, label.

        Events count in the order in which they became known. Where several k fall on one moment, the greatest stands
        for all.
        """
        known = 'GREATEST(p."time", COALESCE(p."received", p."time"))' if self.log.late else 'p."time"'
        number = f"ROW_NUMBER() OVER (PARTITION BY {self._key('p')} ORDER BY {known})"
        in_time = self.dialect.earlier('n."known"', self.rule.gap.microseconds)
        moment = self.dialect.earlier('n."known"', -1)
        chosen = ", ".join(str(k) for k in after_events)
        order = 'm."entity_key", m."moment", m."session"'
        return (
            f'SELECT {self.dialect.unique_number(order)} AS "pair", m.*\n'
            f'FROM (\n  SELECT n."entity_key", {moment} AS "moment", {self._name("n")} AS "session",\n'
            '    MAX(n."k") AS "k", MAX(s."closes") AS "closes",\n'
            f'    CAST(MAX(CASE WHEN s."bought" >= {moment} THEN 1 ELSE 0 END) AS SMALLINT) AS "label"\n'
            f'  FROM (SELECT {self._key("p")}, p."time", {known} AS "known", {number} AS "k" FROM "{self.prepared}" p) n\n'
            f'  JOIN "{self.sessions_table}" s ON {self._same("s", "n")}\n'
            f'  WHERE n."k" IN ({chosen}) AND {in_time} < n."time"\n'
            f'  GROUP BY n."entity_key", {moment}, {self._name("n")}\n) m'
        )

    def asked(self, start: datetime, end: datetime) -> str:
        """The pairs with an anchor in `[start, end)`."""
        since, until = self.dialect.timestamp(start), self.dialect.timestamp(end)
        return (
            f'SELECT "pair", "entity_key", "moment" FROM "{self.anchors_table}" '
            f'WHERE "moment" >= {since} AND "moment" < {until}'
        )

    def labelled(self, features_sql: str) -> str:
        """Add the session and its label to the features of the pairs that are asked."""
        return (
            'SELECT f.*, a."moment" AS "anchor", a."label", a."session", a."k", a."closes"\n'
            f'FROM (\n{features_sql}\n) f\nJOIN "{self.anchors_table}" a ON a."pair" = f."pair"'
        )

    def open_at(self, moment: datetime) -> str:
        """The sessions that are open at a moment, one an entity: pair, entity_key, moment, session, k, closes.

        The prepared events must be those that were known at the moment.
        """
        at, key = self.dialect.timestamp(moment), self._key("p")
        by_entity = 'c."entity_key"'
        opened = self.dialect.earlier(at, self.rule.gap.microseconds)
        closes = self.dialect.earlier('MAX(p."time")', -self.rule.gap.microseconds)
        return (
            f'SELECT {self.dialect.unique_number(by_entity)} AS "pair", c."entity_key", {at} AS "moment",\n'
            f'  {self._name("c")} AS "session", n."k", n."closes"\n'
            f'FROM "{self.prepared}" c\n'
            f'JOIN (SELECT {key}, COUNT(*) AS "k", {closes} AS "closes" FROM "{self.prepared}" p GROUP BY {key}) n\n'
            f"  ON {self._same('n', 'c')}\n"
            f'WHERE c."next_event" >= {at} AND c."time" > {opened}'
        )

    def _key(self, alias: str) -> str:
        own = f', {alias}."session"' if self.rule.own_ids else ""
        return f'{alias}."entity_key", {alias}."session_start"{own}'

    def _same(self, one: str, other: str) -> str:
        own = f' AND {one}."session" IS NOT DISTINCT FROM {other}."session"' if self.rule.own_ids else ""
        same = (
            f'{one}."entity_key" = {other}."entity_key" AND {one}."session_start" = {other}."session_start"'
        )
        return same + own

    def _name(self, alias: str) -> str:
        """A text that no two sessions share: entity, first moment, and the log's own id where it has one."""
        start = self.dialect.microseconds(f'{alias}."session_start"')
        own = f" || COALESCE('-' || {alias}.\"session\", '')" if self.rule.own_ids else ""
        key, since = (
            f"CAST({number} AS {self.dialect.string})" for number in (f'{alias}."entity_key"', start)
        )
        return f"({key} || '-' || {since}{own})"
