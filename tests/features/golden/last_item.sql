-- the events, once
SELECT b."entity_key", b."time", b."item_key",
  CASE WHEN b."item_key" IS NOT NULL THEN LEAD(b."time", 1, TIMESTAMP '9999-12-31 00:00:00.000000') OVER (PARTITION BY b."entity_key", ("item_key" IS NOT NULL) ORDER BY b."time", b."kind", b."item" NULLS FIRST) END AS "next_item_key_item_of_event"
FROM (
  SELECT e."entity_key",
    e."time",
    i."item",
    e."item_key",
    CAST(CASE e."kind" WHEN 'view' THEN 0 WHEN 'cart' THEN 1 WHEN 'remove' THEN 2 WHEN 'favourite' THEN 3 WHEN 'purchase' THEN 4 WHEN 'other' THEN 5 END AS SMALLINT) AS "kind"
  FROM "events" e
  LEFT JOIN "items" i ON i."item_key" = e."item_key"
  WHERE e."time" < TIMESTAMP '2015-05-22 00:00:00.000000'
) b;

-- facts about items, once
WITH "seen" AS (
  SELECT d."item_key", d."kind", d."happened", d."known", COUNT(*) AS "events"
  FROM (
    SELECT e."item_key", e."kind", (((epoch_us(e."time") + 86400000000000000) // 86400000000) - 1000000) AS "happened",
      GREATEST((((epoch_us(e."time") + 86400000000000000) // 86400000000) - 1000000), (((epoch_us((COALESCE(e."received", e."time") - to_microseconds(1))) + 86400000000000000) // 86400000000) - 1000000)) + 1 AS "known"
    FROM "events" e
    WHERE e."item_key" IS NOT NULL AND e."kind" IN ('view') AND e."time" >= TIMESTAMP '2015-05-14 12:00:00.000000' AND e."time" < TIMESTAMP '2015-05-22 00:00:00.000000'
  ) d
  GROUP BY d."item_key", d."kind", d."happened", d."known"
)
SELECT c."item_key", c."day" AS "from_day", COALESCE(LEAD(c."day") OVER (PARTITION BY c."item_key" ORDER BY c."day"), 10000000) AS "until_day",
  CAST(SUM(SUM(c."count_view_3d")) OVER (PARTITION BY c."item_key" ORDER BY c."day") AS BIGINT) AS "count_view_3d"
FROM (
  SELECT s."item_key", s."known" AS "day", CASE WHEN s."kind" IN ('view') AND s."known" <= s."happened" + 3 THEN s."events" ELSE 0 END AS "count_view_3d" FROM "seen" s
  UNION ALL
  SELECT s."item_key", s."happened" + 4 AS "day", CASE WHEN s."kind" IN ('view') AND s."known" <= s."happened" + 3 THEN -s."events" ELSE 0 END AS "count_view_3d" FROM "seen" s
) c
GROUP BY c."item_key", c."day";

-- the anchor
SELECT f."entity_key",
  CASE WHEN f."last_item" IS NOT NULL THEN COALESCE(i."count_view_3d", 0) END AS "item_popularity_view_3d"
FROM (
  SELECT p."entity_key",
    MAX(p."item_key") FILTER (WHERE p."next_item_key_item_of_event" >= TIMESTAMP '2015-05-20 12:00:00.000000') AS "last_item"
  FROM "willbuy_prepared" p
  WHERE p."time" < TIMESTAMP '2015-05-20 12:00:00.000000'
  GROUP BY p."entity_key"
) f
LEFT JOIN "willbuy_item_facts" i ON i."item_key" = f."last_item" AND i."from_day" <= 16575 AND i."until_day" > 16575;

-- pairs
SELECT f."pair", f."entity_key", f."moment",
  CASE WHEN f."last_item" IS NOT NULL THEN COALESCE(i."count_view_3d", 0) END AS "item_popularity_view_3d"
FROM (
  SELECT a."pair", a."entity_key", a."moment",
    MAX(p."item_key") FILTER (WHERE p."next_item_key_item_of_event" >= a."moment") AS "last_item"
  FROM "asked" a
  LEFT JOIN "willbuy_prepared" p ON p."entity_key" = a."entity_key" AND p."time" < a."moment"
  GROUP BY a."pair", a."entity_key", a."moment"
  HAVING COUNT(p."time") > 0
) f
LEFT JOIN "willbuy_item_facts" i ON i."item_key" = f."last_item" AND i."from_day" <= (((epoch_us(f."moment") + 86400000000000000) // 86400000000) - 1000000) AND i."until_day" > (((epoch_us(f."moment") + 86400000000000000) // 86400000000) - 1000000);
