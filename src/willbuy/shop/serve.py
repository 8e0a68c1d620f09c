"""`[serve]`: how the service answers."""

from pydantic import StrictStr

from willbuy.shop.section import Flag, Section, Whole, key


class Serve(Section):
    """How `willbuy serve` listens, what it lets through, and how long it remembers. See docs/serve.md."""

    host: StrictStr = key(
        "The address to listen at. Any other than loopback needs a key: `willbuy keys add`.",
        "0.0.0.0",
        "127.0.0.1",
        min_length=1,
    )
    port: Whole = key("The port to listen at.", 8080, 8000, ge=1, le=65535)
    aliases: dict[StrictStr, StrictStr] = key(
        "Other names that clients send, and the features or columns that they mean.",
        {"num_views_7d": "count_view_7d"},
        {},
    )
    docs: Flag | None = key(
        "Whether `/docs` is there; at a loopback address it is, elsewhere not, unless this says so.", True
    )
    requests_per_minute: Whole = key("How many requests a key may make in a minute.", 600, 60_000, ge=1)
    connections: Whole = key(
        "How many connections are held at once; one more is told to come back.", 100, 500, ge=1
    )
    log_days: Whole = key("How many days the prediction log goes back.", 30, 90, ge=1)
    event_days: Whole | None = key(
        "How many days the service remembers events; for ever otherwise. An event id is remembered as long.",
        400,
        ge=1,
    )
