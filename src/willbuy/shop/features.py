"""`[features]`: what is known of an entity."""

from typing import Any, Literal

from willbuy.shop.section import Flag, Section, Span, key


class Features(Section):
    """The default set of features, and what is added to it or dropped. See `willbuy features`."""

    catalogue: Literal["clicks", "purchases", "session", "none"] | None = key(
        "The set to begin with; chosen by the target and the kinds of the log otherwise.", "clicks"
    )
    windows: tuple[Span, ...] | None = key("Look-back windows of the set.", ["1d", "7d", "30d"], min_length=1)
    add: tuple[dict[str, Any], ...] = key(
        "More features, each a table; see `willbuy features` for what there is.",
        [{"feature": "count", "kinds": ["cart"], "window": "3d"}],
        (),
    )
    drop: tuple[str, ...] = key("Names of features to leave out.", ["count_view_1d"], ())
    python: str | None = key("A Python file beside the shop file that defines more.", "my_features.py")
    bgnbd: Flag | None = key(
        "Add expected purchases and P(alive) of a BG/NBD model; with `purchases` otherwise.", True
    )
