"""One anchor the way published purchase-prediction projects do it: pandas, window by window, with lambdas over groups.

For each window the log is cut by time and grouped by visitor; events are counted, views and carts by a lambda over each
group's texts, items by `nunique`, and the result is merged onto the frame of visitors. Changed only so that both sides
compute the same numbers: half-open windows, items of views only, integer microseconds for the recency, null for a ratio
without views; transactions are the events that are left, which costs no third lambda.

Usage: python -m benchmarks.rivals.published_pandas CSV FOLDER ANCHOR
"""

import sys
from datetime import datetime
from pathlib import Path

import pandas as pd

from benchmarks.house import fourteen
from benchmarks.house.side import Stages


def window_features(events: pd.DataFrame, anchor: datetime, days: int) -> pd.DataFrame:
    """Counts by kind over one window, a row a visitor that was seen in it."""
    start = anchor - pd.Timedelta(days=days)
    window = events[(events["timestamp"] >= start) & (events["timestamp"] < anchor)]
    all_events, views, carts = f"count_event_{days}d", f"count_view_{days}d", f"count_cart_{days}d"
    counted = (
        window.groupby("visitorid")
        .agg(
            **{
                all_events: ("event", "count"),
                views: ("event", lambda texts: (texts == "view").sum()),
                carts: ("event", lambda texts: (texts == "addtocart").sum()),
            }
        )
        .reset_index()
    )
    counted[f"count_purchase_{days}d"] = counted[all_events] - counted[views] - counted[carts]
    viewed = window[window["event"] == "view"].groupby("visitorid")["itemid"].nunique().reset_index()
    viewed.columns = ["visitorid", f"distinct_item_view_{days}d"]
    return counted.merge(viewed, on="visitorid", how="left")


def snapshots(events: pd.DataFrame, anchor: datetime) -> pd.DataFrame:
    """The features and the label of every visitor of the last 30 days."""
    active = events[
        (events["timestamp"] >= anchor - pd.Timedelta(days=fourteen.POPULATION_DAYS))
        & (events["timestamp"] < anchor)
    ]
    visitors = pd.DataFrame({"visitorid": active["visitorid"].unique()})
    for days in fourteen.COUNT_DAYS:
        visitors = visitors.merge(window_features(events, anchor, days), on="visitorid", how="left")
    last = active.groupby("visitorid")["timestamp"].max().reset_index()
    last.columns = ["visitorid", "last"]
    visitors = visitors.merge(last, on="visitorid", how="left")
    elapsed = pd.Timestamp(anchor).as_unit("us") - visitors["last"].dt.as_unit("us")
    visitors["days_since_last_event_30d"] = elapsed.astype("int64") / 86_400_000_000
    visitors = visitors.drop(columns="last").fillna(0)
    rate = visitors["count_cart_7d"] / visitors["count_view_7d"]
    visitors["ratio_cart_view_7d"] = rate.where(visitors["count_view_7d"] > 0)
    end = anchor + pd.Timedelta(days=fourteen.HORIZON_DAYS)
    ahead = events[(events["timestamp"] >= anchor) & (events["timestamp"] < end)]
    buyers = ahead[ahead["event"] == "transaction"]["visitorid"].unique()
    visitors["label"] = visitors["visitorid"].isin(buyers).astype(int)
    return visitors


def main(source: Path, folder: Path, anchor: datetime) -> None:
    """Read the log, compute the one anchor and write it as CSV (pandas alone writes no Parquet)."""
    stages = Stages()
    with stages.stage("read"):
        events = pd.read_csv(source)
        events["timestamp"] = pd.to_datetime(events["timestamp"], unit="ms")
    with stages.stage("features"):
        frame = snapshots(events, anchor)
    with stages.stage("write"):
        columns = ["visitorid", *fourteen.FEATURES, "label"]
        frame[columns].rename(columns={"visitorid": "entity"}).to_csv(
            folder / f"{anchor:%Y-%m-%d}.csv", index=False, float_format=None
        )
    stages.done()


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]), fourteen.read_anchors(sys.argv[3])[0])
