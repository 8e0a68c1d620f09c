"""shop.toml: what a user can decide, checked.

Every key has a default but the source and the target. See docs/shop-file.md for each key with an example.
"""

import tomllib
from pathlib import Path
from typing import Annotated, Any, Literal
from zoneinfo import ZoneInfo

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, PlainSerializer, ValidationError

from willbuy.durations import Duration
from willbuy.errors import ShopError, did_you_mean
from willbuy.events.canonical import KINDS


def _duration(value: Any) -> Duration:
    return value if isinstance(value, Duration) else Duration.parse(value)


Kind = Literal["view", "cart", "remove", "favourite", "purchase", "other"]
Span = Annotated[Duration, BeforeValidator(_duration), PlainSerializer(str)]


class Section(BaseModel):
    """A table of the shop file: unknown keys are refused."""

    model_config = ConfigDict(extra="forbid", frozen=True, arbitrary_types_allowed=True)


class ShopKeys(Section):
    """`[shop]`: what the shop is called and which clock its days follow."""

    name: str = "shop"
    zone: str = "UTC"


class SourceTime(Section):
    """`[source.time]`: how the time column is written. Declared or proven, never guessed silently."""

    unit: Literal["s", "ms", "us", "text"] | None = None
    format: str | tuple[str, ...] | None = None  # for unit = "text": strptime, or several; None: ISO 8601
    zone: str | None = None  # zone of times that carry none


class SourceRule(Section):
    """`[[source.rules]]`: rows that another column makes something else, such as a cancelled invoice."""

    column: str
    starts_with: str | None = None
    at_most: int | float | None = None
    kind: Kind
    name: str


class Source(Section):
    """`[source]`: the files, and how their columns become canonical events."""

    files: tuple[str, ...] = ()
    preset: str | None = None
    format: Literal["csv", "parquet", "jsonl"] | None = None  # None: by the file's name
    encoding: str | None = None
    delimiter: str | None = None
    decimal: Literal[".", ","] | None = None
    columns: dict[str, str] = Field(default_factory=dict)  # canonical field -> column of the file
    kinds: dict[str, tuple[str, ...]] = Field(default_factory=dict)  # canonical kind -> the shop's names
    kind: Kind | None = None  # every row is of this kind, where no column says so
    rules: tuple[SourceRule, ...] = ()
    header: tuple[str, ...] | None = None  # names of the columns of files without a header line
    drop_suffix: dict[str, str] = Field(
        default_factory=dict
    )  # canonical field -> ending that its values lose
    time: SourceTime = SourceTime()
    currency_digits: int = Field(default=2, ge=0, le=4)
    hash_ids: bool = False


class Target(Section):
    """`[target]`: what counts as buying, and within which time."""

    kind: Kind = "purchase"
    within: Span | Literal["session"]


class Population(Section):
    """`[population]`: who is scored at an anchor, decided from what was known then."""

    kind: str | None = None  # None: any kind
    active_within: Span | None = None  # None with ever = true: since the log began
    ever: bool = False


class Anchors(Section):
    """`[anchors]`: the moments a score is for."""

    every: Span | None = None  # None: the horizon
    last: int | None = Field(default=None, ge=1)  # use only the newest N grid anchors
    after_events: tuple[int, ...] = (1, 3, 5)  # session tasks: prefix anchors after the k-th event
    session_gap: Span = Duration.parse("30m")


class Features(Section):
    """`[features]`: the catalogue, and what is added to it or dropped."""

    catalogue: Literal["clicks", "purchases", "session", "none"] | None = (
        None  # None: by the kinds of the log
    )
    windows: tuple[Span, ...] | None = None
    add: tuple[dict[str, Any], ...] = ()
    drop: tuple[str, ...] = ()
    python: str | None = None  # a file beside shop.toml that defines more
    bgnbd: bool | None = None  # None: with the purchases catalogue


class Train(Section):
    """`[train]`: candidates, the one metric, the seed."""

    candidates: tuple[Literal["logistic", "xgboost"], ...] = ("logistic", "xgboost")
    metric: Literal["average_precision", "log_loss", "roc_auc"] = "average_precision"
    folds: int = Field(default=5, ge=2, le=20)
    bootstrap: int = Field(default=1000, ge=100, le=100_000)
    seed: int = 20150503


class Offer(Section):
    """`[offer]`: how the threshold is chosen (on out-of-fold predictions, never on the test)."""

    threshold: Literal["f1"] | float = "f1"


class Storage(Section):
    """`[storage]`: where the state of the shop lives."""

    engine: Literal["duckdb"] = "duckdb"
    home: str = ".willbuy"  # relative to the shop file
    memory: str = "1500MB"
    threads: int | None = None


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
    folder: Path = Field(default=Path(), exclude=True)

    @property
    def home(self) -> Path:
        """The folder that holds the shop's state."""
        return self.folder / self.storage.home

    @property
    def zone(self) -> ZoneInfo:
        """The zone that decides days, hours and the grid; storage stays UTC."""
        return ZoneInfo(self.shop.zone)


def load_shop(path: Path) -> Shop:
    """Read and check a shop file. Raises ShopError that names the key, the value and what was expected."""
    if not path.exists():
        raise ShopError(f"no shop file at {path}. Make one with: willbuy init EVENTS_FILE")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise ShopError(f"{path} is no TOML: {error}") from error
    try:
        return Shop.model_validate({**content, "folder": path.resolve().parent})
    except ValidationError as error:
        raise ShopError(_explain(path, error)) from error


def _explain(path: Path, error: ValidationError) -> str:
    first = error.errors()[0]
    key = ".".join(str(part) for part in first["loc"])
    if first["type"] == "extra_forbidden":
        return f"{path}: unknown key {key}.{did_you_mean(str(first['loc'][-1]), KINDS)}"
    return f"{path}: {key} = {first.get('input')!r}: {first['msg']}"
