"""Bounded memory: entities in groups, so that what is prepared of one group stays small."""

from willbuy.features.log import LogSummary

BUCKETS = 16
"""Silver's own buckets: an entity lies in bucket `entity_key % 16`."""

ROWS = 4_000_000
"""How many events one group may hold, about 60 bytes each once prepared."""


def entity_groups(log: LogSummary, rows: int = ROWS) -> list[str]:
    """Conditions on the events `e` that part the entities into groups; [""] where one group holds all.

    >>> from datetime import datetime
    >>> log = LogSummary(datetime(2015, 1, 1), datetime(2015, 2, 1), 10, (), ())
    >>> entity_groups(log), len(entity_groups(log, rows=5)), len(entity_groups(log, rows=1))
    ([''], 2, 16)
    """
    number = 1
    while number * rows < log.events and number < BUCKETS:
        number *= 2
    if number == 1:
        return [""]
    return [f'e."entity_key" % {number} = {group}' for group in range(number)]
