"""Scoring in batch: everyone in the population of a moment, by a run's bundle, into a CSV or Parquet file."""

from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from willbuy.errors import WillbuyError
from willbuy.events.presets import resolve
from willbuy.features.catalogue import load_python
from willbuy.features.feature_set import FeatureSet
from willbuy.features.log import summarise
from willbuy.fitted import COLUMNS, add_bgnbd
from willbuy.models.bundle import Bundle, load_bundle
from willbuy.moments import parse_moment
from willbuy.runs import BUNDLE, complete_run, read_result
from willbuy.shop import Shop
from willbuy.snapshots import score_frame
from willbuy.warehouse import open_warehouse

if TYPE_CHECKING:
    import pandas as pd

    from willbuy.warehouse.duckdb import DuckDBWarehouse


@dataclass(frozen=True)
class Scored:
    """What was written."""

    output: str
    as_of: str
    n: int
    predicted: int  # how many reach the threshold
    mean_probability: float
    model_version: str

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)

    def sentence(self) -> str:
        """For people."""
        return (
            f"Wrote {self.output}: {self.n:,} scored as of {self.as_of}, {self.predicted:,} at or above the threshold, "
            f"{self.mean_probability * self.n:,.0f} buyers expected."
        )


def score(shop: Shop, output: Path, as_of: str | None = None, run: str | None = None) -> Scored:
    """Score the population of a moment (the end of the log by default) and write one row an entity.

    Columns: the entity under its source name, `as_of` (UTC), `probability`, `prediction` (0 or 1), `model_version`.
    """
    if output.suffix not in (".csv", ".parquet"):
        raise WillbuyError(f"cannot write {output.name}: expected a name that ends in .csv or .parquet")
    folder = complete_run(shop.home, run)
    bundle = load_bundle(folder / BUNDLE, read_result(folder)["bundle"])
    with open_warehouse(shop) as warehouse:
        moment = parse_moment(as_of, shop) if as_of else summarise(warehouse).end
        frame = features_at(warehouse, shop, bundle, moment)
        scores = scored_frame(frame, bundle, resolve(shop.source).columns["entity"], moment)
        warehouse.connection.register("willbuy_scores", scores)
        warehouse.export('SELECT * FROM "willbuy_scores"', output)
    return Scored(
        output=str(output),
        as_of=moment.isoformat(),
        n=len(scores),
        predicted=int(scores["prediction"].sum()),
        mean_probability=float(scores["probability"].mean()),
        model_version=bundle.id,
    )


def features_at(warehouse: "DuckDBWarehouse", shop: Shop, bundle: Bundle, moment: datetime) -> "pd.DataFrame":
    """The population of a moment with every column that the bundle's model reads."""
    load_python(shop)  # classes of the shop's own join the algebra
    features = FeatureSet.from_spec(bundle.manifest["features_spec"])
    frame = score_frame(warehouse, shop, features, moment)
    if set(COLUMNS) & set(bundle.feature_names):
        frame, _ = add_bgnbd(frame, _days(shop))
    return frame


def scored_frame(
    frame: "pd.DataFrame", bundle: Bundle, entity_column: str, moment: datetime
) -> "pd.DataFrame":
    """One row an entity, as `score` writes it."""
    import pandas as pd

    probability = bundle.in_bulk().predict_proba(frame[list(bundle.feature_names)])
    return pd.DataFrame(
        {
            entity_column: frame["entity"],
            "as_of": moment.isoformat(),
            "probability": probability,
            "prediction": (probability >= bundle.threshold).astype("int8"),
            "model_version": bundle.id,
        }
    )


def _days(shop: Shop) -> float:
    within = shop.target.within
    if isinstance(within, str):
        raise WillbuyError("BG/NBD needs a horizon in days; a session task has none")
    return within.days
