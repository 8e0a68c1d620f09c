-- the events, once
SELECT b."entity_key", b."time", b."kind", b."session", b."session_start",
  LEAD(b."time", 1, TIMESTAMP '9999-12-31 00:00:00.000000') OVER (PARTITION BY b."entity_key" ORDER BY b."time", b."kind", b."session" NULLS FIRST) AS "next_event"
FROM (
  SELECT b.*,
    MAX(CASE WHEN b."previous" IS NULL OR epoch_us(b."time") - epoch_us(b."previous") >= 1800000000 THEN b."time" END) OVER (PARTITION BY b."entity_key", b."session" ORDER BY b."time") AS "session_start"
  FROM (
    SELECT e."entity_key",
      e."time",
      CAST(CASE e."kind" WHEN 'view' THEN 0 WHEN 'cart' THEN 1 WHEN 'remove' THEN 2 WHEN 'favourite' THEN 3 WHEN 'purchase' THEN 4 WHEN 'other' THEN 5 END AS SMALLINT) AS "kind",
      e."session",
      LAG(e."time") OVER (PARTITION BY e."entity_key", e."session" ORDER BY e."time") AS "previous"
    FROM "events" e
    WHERE e."time" < TIMESTAMP '2015-05-22 00:00:00.000000'
  ) b
) b;

-- the anchor
SELECT "entity_key", "session_position", "count_cart_session" FROM (
SELECT f."pair", f."entity_key", f."moment",
  NULLIF(f."session_events", 0) AS "session_position",
  f."count_cart_session" AS "count_cart_session"
FROM (
  SELECT a."pair", a."entity_key", a."moment",
    COUNT(p."time") FILTER (WHERE p."session_start" = a."session_start" AND p."session" IS NOT DISTINCT FROM a."session") AS "session_events",
    COUNT(p."time") FILTER (WHERE p."kind" = 1 /* cart */ AND p."session_start" = a."session_start" AND p."session" IS NOT DISTINCT FROM a."session") AS "count_cart_session"
  FROM (
    SELECT a."pair", a."entity_key", a."moment", c."session_start", c."session"
    FROM (SELECT DISTINCT p."entity_key" AS "pair", p."entity_key", TIMESTAMP '2015-05-20 12:00:00.000000' AS "moment" FROM "willbuy_prepared" p WHERE p."time" < TIMESTAMP '2015-05-20 12:00:00.000000') a
    LEFT JOIN "willbuy_prepared" c ON c."entity_key" = a."entity_key" AND c."time" < a."moment"
      AND c."next_event" >= a."moment"
      AND (epoch_us(a."moment") - epoch_us(c."time")) < 1800000000
  ) a
  LEFT JOIN "willbuy_prepared" p ON p."entity_key" = a."entity_key" AND p."time" < a."moment"
  GROUP BY a."pair", a."entity_key", a."moment"
  HAVING COUNT(p."time") > 0
) f
) f;
