-- the events, once
SELECT b."entity_key", b."time", b."day", b."session_start",
  LEAD(b."time", 1, TIMESTAMP '9999-12-31 00:00:00.000000') OVER (PARTITION BY b."entity_key", b."day" ORDER BY b."time") AS "next_day_of_event",
  LEAD(b."time", 1, TIMESTAMP '9999-12-31 00:00:00.000000') OVER (PARTITION BY b."entity_key", b."session_start" ORDER BY b."time") AS "next_session_start_of_event"
FROM (
  SELECT b.*,
    MAX(CASE WHEN b."previous" IS NULL OR epoch_us(b."time") - epoch_us(b."previous") >= 1800000000 THEN b."time" END) OVER (PARTITION BY b."entity_key" ORDER BY b."time") AS "session_start"
  FROM (
    SELECT e."entity_key",
      e."time",
      ((((epoch_us(e."time") + 7200000000) + 86400000000000000) // 86400000000) - 1000000) AS "day",
      LAG(e."time") OVER (PARTITION BY e."entity_key" ORDER BY e."time") AS "previous"
    FROM "events" e
    WHERE e."time" < TIMESTAMP '2015-05-22 00:00:00.000000'
  ) b
) b;

-- the anchor
SELECT f."entity_key",
  f."active_days_event_7d" AS "active_days_event_7d",
  f."sessions_event_7d" AS "sessions_event_7d",
  14 AS "anchor_hour"
FROM (
  SELECT p."entity_key",
    COUNT(p."time") FILTER (WHERE p."time" >= TIMESTAMP '2015-05-13 12:00:00.000000' AND p."next_day_of_event" >= TIMESTAMP '2015-05-20 12:00:00.000000') AS "active_days_event_7d",
    COUNT(p."time") FILTER (WHERE p."time" >= TIMESTAMP '2015-05-13 12:00:00.000000' AND p."next_session_start_of_event" >= TIMESTAMP '2015-05-20 12:00:00.000000') AS "sessions_event_7d"
  FROM "willbuy_prepared" p
  WHERE p."time" < TIMESTAMP '2015-05-20 12:00:00.000000'
  GROUP BY p."entity_key"
) f;

-- pairs
SELECT f."pair", f."entity_key", f."moment",
  f."active_days_event_7d" AS "active_days_event_7d",
  f."sessions_event_7d" AS "sessions_event_7d",
  ((((epoch_us(f."moment") + 7200000000) + 86400000000000000) % 86400000000) // 3600000000) AS "anchor_hour"
FROM (
  SELECT a."pair", a."entity_key", a."moment",
    COUNT(p."time") FILTER (WHERE p."time" >= (a."moment" - to_microseconds(604800000000)) AND p."next_day_of_event" >= a."moment") AS "active_days_event_7d",
    COUNT(p."time") FILTER (WHERE p."time" >= (a."moment" - to_microseconds(604800000000)) AND p."next_session_start_of_event" >= a."moment") AS "sessions_event_7d"
  FROM "asked" a
  LEFT JOIN "willbuy_prepared" p ON p."entity_key" = a."entity_key" AND p."time" < a."moment"
  GROUP BY a."pair", a."entity_key", a."moment"
  HAVING COUNT(p."time") > 0
) f;
