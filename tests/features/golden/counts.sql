-- the events, once
SELECT b."entity_key", b."time", b."category", b."kind",
  CASE WHEN b."item_key" IS NOT NULL THEN LEAD(b."time", 1, TIMESTAMP '9999-12-31 00:00:00.000000') OVER (PARTITION BY b."entity_key", ("category" = 'shoes'), b."item_key" ORDER BY b."time") END AS "next_item_key_of_event_in_shoes",
  CASE WHEN b."item_key" IS NOT NULL THEN LEAD(b."time", 1, TIMESTAMP '9999-12-31 00:00:00.000000') OVER (PARTITION BY b."entity_key", b."kind", b."item_key" ORDER BY b."time") END AS "next_item_key_of_kind"
FROM (
  SELECT e."entity_key",
    e."time",
    e."category",
    e."item_key",
    CAST(CASE e."kind" WHEN 'view' THEN 0 WHEN 'cart' THEN 1 WHEN 'remove' THEN 2 WHEN 'favourite' THEN 3 WHEN 'purchase' THEN 4 WHEN 'other' THEN 5 END AS SMALLINT) AS "kind"
  FROM "events" e
  WHERE e."time" < TIMESTAMP '2015-05-22 00:00:00.000000'
) b;

-- the anchor
SELECT f."entity_key",
  f."count_view_1d" AS "count_view_1d",
  f."count_cart_or_purchase_7d" AS "count_cart_or_purchase_7d",
  f."distinct_item_view_7d" AS "distinct_item_view_7d",
  f."distinct_item_event_in_shoes_7d" AS "distinct_item_event_in_shoes_7d",
  CAST(CAST(f."count_cart_7d" AS DOUBLE) + CAST('1.0' AS DOUBLE) AS DOUBLE) / NULLIF(CAST(CAST(f."count_view_7d" AS DOUBLE) + CAST('20.0' AS DOUBLE) AS DOUBLE), 0) AS "ratio_cart_view_7d_plus_1_20",
  CAST((epoch_us(TIMESTAMP '2015-05-20 12:00:00.000000') - epoch_us(f."newest_purchase")) AS DOUBLE) / NULLIF(CAST(86400000000 AS DOUBLE), 0) AS "days_since_last_purchase"
FROM (
  SELECT p."entity_key",
    COUNT(p."time") FILTER (WHERE p."kind" = 0 /* view */ AND p."time" >= TIMESTAMP '2015-05-19 12:00:00.000000') AS "count_view_1d",
    COUNT(p."time") FILTER (WHERE p."kind" IN (1 /* cart */, 4 /* purchase */) AND p."time" >= TIMESTAMP '2015-05-13 12:00:00.000000') AS "count_cart_or_purchase_7d",
    COUNT(p."time") FILTER (WHERE p."kind" = 0 /* view */ AND p."time" >= TIMESTAMP '2015-05-13 12:00:00.000000' AND p."next_item_key_of_kind" >= TIMESTAMP '2015-05-20 12:00:00.000000') AS "distinct_item_view_7d",
    COUNT(p."time") FILTER (WHERE p."category" = 'shoes' AND p."time" >= TIMESTAMP '2015-05-13 12:00:00.000000' AND p."next_item_key_of_event_in_shoes" >= TIMESTAMP '2015-05-20 12:00:00.000000') AS "distinct_item_event_in_shoes_7d",
    COUNT(p."time") FILTER (WHERE p."kind" = 1 /* cart */ AND p."time" >= TIMESTAMP '2015-05-13 12:00:00.000000') AS "count_cart_7d",
    COUNT(p."time") FILTER (WHERE p."kind" = 0 /* view */ AND p."time" >= TIMESTAMP '2015-05-13 12:00:00.000000') AS "count_view_7d",
    MAX(p."time") FILTER (WHERE p."kind" = 4 /* purchase */) AS "newest_purchase"
  FROM "willbuy_prepared" p
  WHERE p."time" < TIMESTAMP '2015-05-20 12:00:00.000000'
  GROUP BY p."entity_key"
) f;

-- pairs
SELECT f."pair", f."entity_key", f."moment",
  f."count_view_1d" AS "count_view_1d",
  f."count_cart_or_purchase_7d" AS "count_cart_or_purchase_7d",
  f."distinct_item_view_7d" AS "distinct_item_view_7d",
  f."distinct_item_event_in_shoes_7d" AS "distinct_item_event_in_shoes_7d",
  CAST(CAST(f."count_cart_7d" AS DOUBLE) + CAST('1.0' AS DOUBLE) AS DOUBLE) / NULLIF(CAST(CAST(f."count_view_7d" AS DOUBLE) + CAST('20.0' AS DOUBLE) AS DOUBLE), 0) AS "ratio_cart_view_7d_plus_1_20",
  CAST((epoch_us(f."moment") - epoch_us(f."newest_purchase")) AS DOUBLE) / NULLIF(CAST(86400000000 AS DOUBLE), 0) AS "days_since_last_purchase"
FROM (
  SELECT a."pair", a."entity_key", a."moment",
    COUNT(p."time") FILTER (WHERE p."kind" = 0 /* view */ AND p."time" >= (a."moment" - to_microseconds(86400000000))) AS "count_view_1d",
    COUNT(p."time") FILTER (WHERE p."kind" IN (1 /* cart */, 4 /* purchase */) AND p."time" >= (a."moment" - to_microseconds(604800000000))) AS "count_cart_or_purchase_7d",
    COUNT(p."time") FILTER (WHERE p."kind" = 0 /* view */ AND p."time" >= (a."moment" - to_microseconds(604800000000)) AND p."next_item_key_of_kind" >= a."moment") AS "distinct_item_view_7d",
    COUNT(p."time") FILTER (WHERE p."category" = 'shoes' AND p."time" >= (a."moment" - to_microseconds(604800000000)) AND p."next_item_key_of_event_in_shoes" >= a."moment") AS "distinct_item_event_in_shoes_7d",
    COUNT(p."time") FILTER (WHERE p."kind" = 1 /* cart */ AND p."time" >= (a."moment" - to_microseconds(604800000000))) AS "count_cart_7d",
    COUNT(p."time") FILTER (WHERE p."kind" = 0 /* view */ AND p."time" >= (a."moment" - to_microseconds(604800000000))) AS "count_view_7d",
    MAX(p."time") FILTER (WHERE p."kind" = 4 /* purchase */) AS "newest_purchase"
  FROM "asked" a
  LEFT JOIN "willbuy_prepared" p ON p."entity_key" = a."entity_key" AND p."time" < a."moment"
  GROUP BY a."pair", a."entity_key", a."moment"
  HAVING COUNT(p."time") > 0
) f;
