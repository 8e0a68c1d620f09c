"""The sections of a shop file."""

from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import AfterValidator, BeforeValidator, Field, PlainSerializer, model_validator

from willbuy.durations import Duration
from willbuy.shop import values
from willbuy.shop.doctor import Doctor
from willbuy.shop.offer import check_offer
from willbuy.shop.section import Flag, Kind, Price, Section, Share, Span, Whole, Zone, key
from willbuy.shop.source import Source


class ShopKeys(Section):
    """What the shop is called, and which clock its days follow."""

    name: str = key("The shop's name in reports.", "Ladybird Gifts", "shop", min_length=1)
    zone: Zone = key(
        "The zone that cuts days, hours and the grid of anchors. Storage stays UTC.", "Europe/London", "UTC"
    )


class Target(Section):
    """What counts as buying, and within which time."""

    kind: Kind = key("The kind of event that is predicted.", "purchase", "purchase")
    within: Annotated[
        Duration | Literal["session"], BeforeValidator(values.span_or_session), PlainSerializer(str)
    ] = key(
        "The horizon: `7d` asks who buys in the next seven days; `session` asks before this visit ends.",
        "7d",
        ...,
    )


class Population(Section):
    """Who is scored at an anchor, decided from what was known then."""

    kind: Kind | None = key("Only who had an event of this kind; any kind otherwise.", "cart")
    active_within: Span | None = key(
        "Only who was seen in this time before the anchor; `30d` unless `ever`.", "30d"
    )
    ever: Flag = key("Everyone seen since the log began.", True, False)

    @model_validator(mode="after")
    def _agree(self) -> "Population":
        if self.ever and self.active_within is not None:
            raise ValueError(f'ever = true contradicts active_within = "{self.active_within}". Take one away')
        return self


class Anchors(Section):
    """The moments that scores are for."""

    every: Span | None = key("Horizon tasks: the step of the grid; the horizon otherwise.", "7d")
    last: Whole | None = key("Horizon tasks: use only the newest N anchors.", 12, ge=1)
    after_events: tuple[Whole, ...] = key(
        "Session tasks: score after the k-th event of a visit.", [1, 3, 5], (1, 3, 5)
    )
    session_gap: Span = key("A visit ends after this much idle time.", "30m", Duration.parse("30m"))

    @model_validator(mode="after")
    def _ascending(self) -> "Anchors":
        found = self.after_events
        if not found or min(found) < 1 or list(found) != sorted(set(found)):
            raise ValueError(
                f"after_events = {list(found)}: expected whole numbers from 1, ascending, such as [1, 3, 5]"
            )
        return self


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


class Train(Section):
    """Candidates, the one metric, the seed."""

    candidates: tuple[Literal["logistic", "forest", "xgboost"], ...] = key(
        "Models to compare.", ["logistic"], ("logistic", "forest", "xgboost"), min_length=1
    )
    metric: Literal["average_precision", "log_loss", "roc_auc"] = key(
        "The metric that picks the best candidate.", "average_precision", "average_precision"
    )
    folds: Whole = key("Folds of the out-of-fold predictions.", 5, 5, ge=2, le=20)
    bootstrap: Whole = key("Draws for the intervals.", 1000, 1000, ge=100, le=100_000)
    trials: Whole = key(
        "Settings that are tried for each candidate, its defaults first; 0 keeps the defaults.",
        20,
        8,
        ge=0,
        le=1000,
    )
    trial_rows: Whole = key(
        "Rows that each setting is tried on at most: entities are drawn whole.", 60_000, 30_000, ge=1000
    )
    search_rows: Whole = key(
        "Rows that rounds and penalty are decided on at most: entities are drawn whole; the final fit takes every row.",
        200_000,
        200_000,
        ge=1000,
    )
    forest_rows: Whole = key(
        "Rows that a random forest is fitted on at most: entities are drawn whole.", 100_000, 50_000, ge=1000
    )
    class_weight: Literal["none", "balanced"] | Annotated[float, Field(strict=True, gt=0)] = key(
        "How many times a buyer counts in training; `balanced` makes both outcomes count alike. Scores are corrected for it.",
        "balanced",
        "none",
    )
    negatives_per_positive: Annotated[float, Field(strict=True, gt=0)] | None = key(
        "Rows that do not buy, kept in training for each that does; all otherwise. Scores are corrected for it.",
        5,
    )
    seed: Whole = key(
        "The same log, shop file and seed give the same model.", 7, 20150503, ge=0, le=2**32 - 1
    )


class Offer(Section):
    """Whom to act on. Thresholds are chosen on out-of-fold predictions, never on the test."""

    threshold: (
        Literal["f1", "precision", "recall", "capacity", "money"]
        | Annotated[float, Field(strict=True, gt=0, lt=1)]
    ) = key(
        "What the threshold is chosen for: `f1`, the greatest F1; `precision`, `recall`, `capacity` or `money`, by the keys "
        "below; or a probability.",
        0.2,
        "f1",
    )
    precision: Share | None = key(
        "The precision that is wanted: of the chosen, so many shall buy. The threshold that reaches most buyers with it.",
        0.3,
    )
    recall: Share | None = key(
        "The recall that is wanted: of those that buy, so many shall be chosen. The threshold that chooses fewest.",
        0.5,
    )
    capacity: Whole | None = key(
        "How many can be contacted at one scoring moment (session tasks: in a day): the best so many.",
        500,
        ge=1,
    )
    margin: Price | None = key(
        "What a reached buyer is worth, in the currency's unit. Needs `cost_per_contact`.",
        {"margin": 12.5, "cost_per_contact": 0.25},
    )
    cost_per_contact: Price | None = key(
        "What a contact costs, in the same unit: less than the margin.",
        {"margin": 12.5, "cost_per_contact": 0.25},
    )
    currency: str | None = key(
        "What to print behind amounts.",
        {"margin": 12.5, "cost_per_contact": 0.25, "currency": "EUR"},
        min_length=1,
        max_length=12,
    )

    @model_validator(mode="after")
    def _agree(self) -> "Offer":
        check_offer(self)
        return self


class Storage(Section):
    """Where the state of the shop lives."""

    engine: Literal["duckdb"] = key("The engine of the batch side.", "duckdb", "duckdb")
    home: str = key(
        "The folder of the shop's state, relative to the shop file.", ".willbuy", ".willbuy", min_length=1
    )
    memory: Annotated[str, AfterValidator(values.memory)] = key(
        "How much memory the engine may take.", "4GB", "1500MB"
    )
    threads: Whole | None = key("How many threads the engine may take; all processors otherwise.", 2, ge=1)


class Shop(Section):
    """A whole shop file."""

    shop: ShopKeys = ShopKeys()
    source: Source
    target: Target
    population: Population = Population()
    anchors: Anchors = Anchors()
    features: Features = Features()
    train: Train = Train()
    offer: Offer = Offer()
    storage: Storage = Storage()
    doctor: Doctor = Doctor()
    folder: Path = Field(default=Path(), exclude=True)

    @property
    def home(self) -> Path:
        """The folder that holds the shop's state."""
        return self.folder / self.storage.home

    @property
    def zone(self) -> ZoneInfo:
        """The zone that decides days, hours and the grid; storage stays UTC."""
        return ZoneInfo(self.shop.zone)

    @model_validator(mode="after")
    def _agree(self) -> "Shop":
        if self.features.catalogue == "session" and self.target.within != "session":
            raise ValueError(
                f'features.catalogue = "session" contradicts target.within = "{self.target.within}": '
                'take "clicks" or "purchases", or within = "session"'
            )
        return self
