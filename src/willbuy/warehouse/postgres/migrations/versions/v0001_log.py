"""The log: its ledger, bronze, and silver by month.

`events_raw` holds the rows of live sources itself; those of a file lie in a table of their own that inherits from it, so that
a file becomes visible at once without being copied. The months of `events` have an index each, made after their first rows
(`events` itself has none, else every new month would be given one while it is empty). What is staged is lost when the server
crashes, and then made again from bronze. Texts are compared and sorted by their bytes (COLLATE "C"), as on every engine.
"""

from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

LEDGER = """
CREATE TABLE "meta" ("key" text PRIMARY KEY, "value" text NOT NULL);
CREATE TABLE "sources" (
    "source" integer PRIMARY KEY, "path" text NOT NULL, "sha256" text, "bytes" bigint NOT NULL, "format" text NOT NULL,
    "columns" jsonb NOT NULL, "native_times" jsonb NOT NULL, "reading" text NOT NULL, "settings" text NOT NULL,
    "status" text NOT NULL CHECK ("status" IN ('reading', 'staged', 'done')),
    "read" bigint NOT NULL DEFAULT 0, "accepted" bigint NOT NULL DEFAULT 0, "rejected" bigint NOT NULL DEFAULT 0,
    "duplicates" bigint NOT NULL DEFAULT 0,
    CHECK ("read" = "accepted" + "rejected" + "duplicates"));
CREATE TABLE "parts" (
    "source" integer NOT NULL REFERENCES "sources" ON DELETE CASCADE, "part" integer NOT NULL, "digest" bigint NOT NULL,
    "first_line" bigint NOT NULL, "lines" bigint NOT NULL, "quotes" boolean NOT NULL, "read" bigint NOT NULL,
    "rejected" jsonb NOT NULL, PRIMARY KEY ("source", "part"));
CREATE TABLE "rejections" (
    "source" integer NOT NULL REFERENCES "sources" ON DELETE CASCADE, "rule" text NOT NULL, "rows" bigint NOT NULL,
    PRIMARY KEY ("source", "rule"));
"""
BRONZE = """
CREATE TABLE "events_raw" ("source" integer NOT NULL, "line" bigint NOT NULL, "raw" text COLLATE "C", "fault" text COLLATE "C");
CREATE INDEX "events_raw_line" ON "events_raw" USING brin ("source", "line") WITH (pages_per_range = 32);
"""
SILVER = """
CREATE TABLE "entities" (
    "entity_key" bigint CONSTRAINT "entities_key" PRIMARY KEY, "entity" text COLLATE "C" NOT NULL CONSTRAINT "entities_id" UNIQUE);
CREATE TABLE "items" (
    "item_key" bigint CONSTRAINT "items_key" PRIMARY KEY, "item" text COLLATE "C" NOT NULL CONSTRAINT "items_id" UNIQUE);
CREATE TABLE "events" (
    "entity_key" bigint NOT NULL, "time" timestamp NOT NULL, "kind" text COLLATE "C" NOT NULL, "item_key" bigint,
    "category" text COLLATE "C", "price" bigint, "quantity" bigint, "session" text COLLATE "C", "event_id" text COLLATE "C",
    "received" timestamp, "kind_name" text COLLATE "C" NOT NULL, "source" integer NOT NULL, "line" bigint NOT NULL,
    "alone" boolean)
    PARTITION BY RANGE ("time");
CREATE TABLE "rejected" (
    "source" integer NOT NULL, "line" bigint NOT NULL, "rule" text COLLATE "C" NOT NULL, "field" text COLLATE "C" NOT NULL,
    "value" text COLLATE "C", "raw" text COLLATE "C");
CREATE INDEX "rejected_line" ON "rejected" ("source", "line");
"""
STAGED = """
CREATE TABLE "staged" (
    "source" integer NOT NULL, "bucket" smallint NOT NULL, "line" bigint NOT NULL, "kind_code" smallint,
    "kind" text COLLATE "C", "kind_name" text COLLATE "C", "entity" text COLLATE "C" NOT NULL, "time" bigint NOT NULL,
    "item" text COLLATE "C", "category" text COLLATE "C", "price" bigint, "quantity" bigint, "session" text COLLATE "C",
    "event_id" text COLLATE "C", "received" bigint)
    PARTITION BY LIST ("bucket");
CREATE UNLOGGED TABLE "staged_rejected" (LIKE "rejected");
CREATE UNLOGGED TABLE "staged_parts" (
    "source" integer NOT NULL, "part" integer NOT NULL, "settings" text NOT NULL, "read" bigint NOT NULL,
    "rejected" jsonb NOT NULL, "months" date[] NOT NULL, PRIMARY KEY ("source", "part"));
"""
BUCKETS = 16


def upgrade() -> None:
    """Make the tables, in the schema that the session looks in first."""
    for step in (LEDGER, BRONZE, SILVER, STAGED):
        op.execute(step)
    for bucket in range(BUCKETS):
        op.execute(
            f'CREATE UNLOGGED TABLE "staged_{bucket:02d}" PARTITION OF "staged" FOR VALUES IN ({bucket})'
        )
