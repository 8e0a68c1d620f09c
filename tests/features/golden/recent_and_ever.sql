-- the events, once
SELECT b."entity_key", b."time", b."kind"
FROM (
  SELECT e."entity_key",
    e."time",
    CAST(CASE e."kind" WHEN 'view' THEN 0 WHEN 'cart' THEN 1 WHEN 'remove' THEN 2 WHEN 'favourite' THEN 3 WHEN 'purchase' THEN 4 WHEN 'other' THEN 5 END AS SMALLINT) AS "kind"
  FROM "events" e
  WHERE e."time" < TIMESTAMP '2015-05-22 00:00:00.000000'
) b;

-- the anchor
SELECT f."entity_key",
  f."count_view_7d" AS "count_view_7d",
  CAST((epoch_us(TIMESTAMP '2015-05-20 12:00:00.000000') - epoch_us(f."oldest_event")) AS DOUBLE) / NULLIF(CAST(86400000000 AS DOUBLE), 0) AS "days_since_first_event",
  f."count_cart_30d" AS "count_cart_30d"
FROM (
  SELECT r.*, e."oldest_event"
  FROM (
  SELECT p."entity_key",
    COUNT(p."time") FILTER (WHERE p."kind" = 0 /* view */ AND p."time" >= TIMESTAMP '2015-05-13 12:00:00.000000') AS "count_view_7d",
    COUNT(p."time") FILTER (WHERE p."kind" = 1 /* cart */) AS "count_cart_30d"
  FROM "willbuy_prepared" p
  WHERE p."time" < TIMESTAMP '2015-05-20 12:00:00.000000' AND p."time" >= TIMESTAMP '2015-04-20 12:00:00.000000'
  GROUP BY p."entity_key"
  ) r
  JOIN (
  SELECT p."entity_key",
    MIN(p."time") AS "oldest_event"
  FROM "willbuy_prepared" p
  WHERE p."time" < TIMESTAMP '2015-05-20 12:00:00.000000' AND p."entity_key" IN (SELECT p."entity_key" FROM "willbuy_prepared" p WHERE p."time" < TIMESTAMP '2015-05-20 12:00:00.000000' AND p."time" >= TIMESTAMP '2015-04-20 12:00:00.000000')
  GROUP BY p."entity_key"
  ) e ON e."entity_key" = r."entity_key"
) f;

-- pairs
SELECT f."pair", f."entity_key", f."moment",
  f."count_view_7d" AS "count_view_7d",
  CAST((epoch_us(f."moment") - epoch_us(f."oldest_event")) AS DOUBLE) / NULLIF(CAST(86400000000 AS DOUBLE), 0) AS "days_since_first_event",
  f."count_cart_30d" AS "count_cart_30d"
FROM (
  SELECT a."pair", a."entity_key", a."moment",
    COUNT(p."time") FILTER (WHERE p."kind" = 0 /* view */ AND p."time" >= (a."moment" - to_microseconds(604800000000))) AS "count_view_7d",
    MIN(p."time") AS "oldest_event",
    COUNT(p."time") FILTER (WHERE p."kind" = 1 /* cart */ AND p."time" >= (a."moment" - to_microseconds(2592000000000))) AS "count_cart_30d"
  FROM "asked" a
  LEFT JOIN "willbuy_prepared" p ON p."entity_key" = a."entity_key" AND p."time" < a."moment"
  GROUP BY a."pair", a."entity_key", a."moment"
  HAVING COUNT(p."time") FILTER (WHERE p."time" >= (a."moment" - to_microseconds(2592000000000))) > 0
) f;
