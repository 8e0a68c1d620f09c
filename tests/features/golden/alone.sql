-- the events, once
SELECT TRUE AS "alone", b."entity_key", b."time", b."kind", b."price", b."quantity", b."time" AS "session_start",
  CASE WHEN b."item_key" IS NOT NULL THEN TIMESTAMP '9999-12-31 00:00:00.000000' END AS "next_item_key_of_kind",
  TIMESTAMP '9999-12-31 00:00:00.000000' AS "next_session_start_of_event"
FROM (
  SELECT e."entity_key",
    e."time",
    e."item_key",
    CAST(CASE e."kind" WHEN 'view' THEN 0 WHEN 'cart' THEN 1 WHEN 'remove' THEN 2 WHEN 'favourite' THEN 3 WHEN 'purchase' THEN 4 WHEN 'other' THEN 5 END AS SMALLINT) AS "kind",
    e."price",
    e."quantity"
  FROM "events" e
  WHERE e."alone" AND e."time" < TIMESTAMP '2015-05-22 00:00:00.000000'
) b
UNION ALL
SELECT FALSE AS "alone", s.*
FROM (
  SELECT b."entity_key", b."time", b."kind", b."price", b."quantity", b."session_start",
    CASE WHEN b."item_key" IS NOT NULL THEN LEAD(b."time", 1, TIMESTAMP '9999-12-31 00:00:00.000000') OVER (PARTITION BY b."entity_key", b."kind", b."item_key" ORDER BY b."time") END AS "next_item_key_of_kind",
    LEAD(b."time", 1, TIMESTAMP '9999-12-31 00:00:00.000000') OVER (PARTITION BY b."entity_key", b."session_start" ORDER BY b."time") AS "next_session_start_of_event"
  FROM (
    SELECT b.*,
      MAX(CASE WHEN b."previous" IS NULL OR epoch_us(b."time") - epoch_us(b."previous") >= 1800000000 THEN b."time" END) OVER (PARTITION BY b."entity_key" ORDER BY b."time") AS "session_start"
    FROM (
      SELECT e."entity_key",
        e."time",
        e."item_key",
        CAST(CASE e."kind" WHEN 'view' THEN 0 WHEN 'cart' THEN 1 WHEN 'remove' THEN 2 WHEN 'favourite' THEN 3 WHEN 'purchase' THEN 4 WHEN 'other' THEN 5 END AS SMALLINT) AS "kind",
        e."price",
        e."quantity",
        LAG(e."time") OVER (PARTITION BY e."entity_key" ORDER BY e."time") AS "previous"
      FROM "events" e
      WHERE e."alone" IS NOT TRUE AND e."time" < TIMESTAMP '2015-05-22 00:00:00.000000'
    ) b
  ) b
) s;

-- the anchor
SELECT f."entity_key",
  f."distinct_item_view_7d" AS "distinct_item_view_7d",
  f."sessions_event_7d" AS "sessions_event_7d",
  COALESCE(f."total_money_purchase", 0) AS "total_money_purchase",
  CAST((epoch_us(TIMESTAMP '2015-05-20 12:00:00.000000') - epoch_us(f."oldest_event")) AS DOUBLE) / NULLIF(CAST(86400000000 AS DOUBLE), 0) AS "days_since_first_event"
FROM (
  SELECT p."entity_key",
    CASE WHEN p."kind" = 0 /* view */ AND p."time" >= TIMESTAMP '2015-05-13 12:00:00.000000' AND p."next_item_key_of_kind" >= TIMESTAMP '2015-05-20 12:00:00.000000' THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS "distinct_item_view_7d",
    CASE WHEN p."time" >= TIMESTAMP '2015-05-13 12:00:00.000000' AND p."next_session_start_of_event" >= TIMESTAMP '2015-05-20 12:00:00.000000' THEN CAST(1 AS BIGINT) ELSE CAST(0 AS BIGINT) END AS "sessions_event_7d",
    CAST(CASE WHEN p."kind" = 4 /* purchase */ THEN p."price" * COALESCE(p."quantity", 1) ELSE NULL END AS BIGINT) AS "total_money_purchase",
    p."time" AS "oldest_event"
  FROM "willbuy_prepared" p
  WHERE p."alone" AND p."time" < TIMESTAMP '2015-05-20 12:00:00.000000' AND p."time" >= TIMESTAMP '2015-04-20 12:00:00.000000' AND p."kind" = 0 /* view */
  UNION ALL
  SELECT r.*, e."total_money_purchase", e."oldest_event"
  FROM (
  SELECT p."entity_key",
    COUNT(p."time") FILTER (WHERE p."kind" = 0 /* view */ AND p."time" >= TIMESTAMP '2015-05-13 12:00:00.000000' AND p."next_item_key_of_kind" >= TIMESTAMP '2015-05-20 12:00:00.000000') AS "distinct_item_view_7d",
    COUNT(p."time") FILTER (WHERE p."time" >= TIMESTAMP '2015-05-13 12:00:00.000000' AND p."next_session_start_of_event" >= TIMESTAMP '2015-05-20 12:00:00.000000') AS "sessions_event_7d"
  FROM "willbuy_prepared" p
  WHERE p."time" < TIMESTAMP '2015-05-20 12:00:00.000000' AND p."time" >= TIMESTAMP '2015-04-20 12:00:00.000000' AND NOT p."alone"
  GROUP BY p."entity_key"
  HAVING COUNT(p."time") FILTER (WHERE p."kind" = 0 /* view */) > 0
  ) r
  JOIN (
  SELECT p."entity_key",
    CAST(SUM(p."price" * COALESCE(p."quantity", 1)) FILTER (WHERE p."kind" = 4 /* purchase */) AS BIGINT) AS "total_money_purchase",
    MIN(p."time") AS "oldest_event"
  FROM "willbuy_prepared" p
  WHERE p."time" < TIMESTAMP '2015-05-20 12:00:00.000000' AND p."entity_key" IN (SELECT p."entity_key" FROM "willbuy_prepared" p WHERE p."time" < TIMESTAMP '2015-05-20 12:00:00.000000' AND p."time" >= TIMESTAMP '2015-04-20 12:00:00.000000' AND NOT p."alone")
  GROUP BY p."entity_key"
  ) e ON e."entity_key" = r."entity_key"
) f;

-- pairs
SELECT f."pair", f."entity_key", f."moment",
  f."distinct_item_view_7d" AS "distinct_item_view_7d",
  f."sessions_event_7d" AS "sessions_event_7d",
  COALESCE(f."total_money_purchase", 0) AS "total_money_purchase",
  CAST((epoch_us(f."moment") - epoch_us(f."oldest_event")) AS DOUBLE) / NULLIF(CAST(86400000000 AS DOUBLE), 0) AS "days_since_first_event"
FROM (
  SELECT a."pair", a."entity_key", a."moment",
    COUNT(p."time") FILTER (WHERE p."kind" = 0 /* view */ AND p."time" >= (a."moment" - to_microseconds(604800000000)) AND p."next_item_key_of_kind" >= a."moment") AS "distinct_item_view_7d",
    COUNT(p."time") FILTER (WHERE p."time" >= (a."moment" - to_microseconds(604800000000)) AND p."next_session_start_of_event" >= a."moment") AS "sessions_event_7d",
    CAST(SUM(p."price" * COALESCE(p."quantity", 1)) FILTER (WHERE p."kind" = 4 /* purchase */) AS BIGINT) AS "total_money_purchase",
    MIN(p."time") AS "oldest_event"
  FROM "asked" a
  LEFT JOIN "willbuy_prepared" p ON p."entity_key" = a."entity_key" AND p."time" < a."moment"
  GROUP BY a."pair", a."entity_key", a."moment"
  HAVING COUNT(p."time") FILTER (WHERE p."kind" = 0 /* view */ AND p."time" >= (a."moment" - to_microseconds(2592000000000))) > 0
) f;
