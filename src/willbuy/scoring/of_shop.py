"""`willbuy score`: the population of a log at a moment, or a file of a table's rows."""

from pathlib import Path

from willbuy.errors import WillbuyError
from willbuy.moments import parse_moment
from willbuy.progress import BarCallback
from willbuy.scoring.feature_rows import bundle_of_run
from willbuy.scoring.population import score
from willbuy.scoring.scored import Scored
from willbuy.scoring.table_file import score_table_file
from willbuy.scoring.table_output import AS_OF
from willbuy.shop import Shop, TableShop


def score_shop(
    shop: Shop | TableShop,
    output: Path,
    *,
    rows: Path | None = None,
    as_of: str | None = None,
    now: str | None = None,
    run: str | None = None,
    reasons: bool = True,
    progress: BarCallback = lambda done, total, stage: None,
) -> Scored:
    """Score what the shop file is about. A table needs `rows`, a file of them; a log has no use for one.

    `now` stands in for `as_of` where a table's output has a column with the moment of the scores.
    """
    if isinstance(shop, Shop):
        if rows is not None:
            raise WillbuyError(
                "--input is for tables; a log's population is read from what was ingested. "
                f"Ready-made rows of features: willbuy predict {rows.name}"
            )
        return score(shop, output, as_of, run, reasons, progress)
    if rows is None:
        raise WillbuyError(
            "a table has no population of its own: name the file of rows to score, --input FILE"
        )
    asked = as_of or (now if AS_OF in shop.table.output.values() else None)
    moment = f"{parse_moment(asked, shop).isoformat()}Z" if asked else None
    bundle = bundle_of_run(shop, run)
    return score_table_file(
        bundle, shop.table, rows, output, as_of=moment, reasons=reasons, progress=progress
    )
