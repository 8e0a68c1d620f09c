"""How many rows one scoring moment holds: what a capacity is a part of."""

import numpy as np

from willbuy.pipeline.rows import Rows

DAY = np.timedelta64(1, "D")


def rows_a_moment(rows: Rows) -> float:
    """The rows of the newest anchor; of a session task, whose anchors are everywhere, the rows of a day.

    All rows where there are no anchors. No outcome is looked at.
    """
    if "anchor" not in rows.frame:
        return float(len(rows.frame))
    anchors = rows.frame["anchor"].to_numpy(dtype="datetime64[us]")
    if "session" in rows.frame:
        return len(anchors) / max(float((anchors.max() - anchors.min()) / DAY), 1.0)
    return float((anchors == anchors.max()).sum())
