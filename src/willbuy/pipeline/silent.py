"""Features that say nothing on the rows that are learnt from: one value everywhere, or none at all."""

import numpy as np

from willbuy.pipeline.rows import Rows


def silent_features(rows: Rows, drop: str = "[features] drop") -> list[str]:
    """A sentence for each kind of silence, with the features' names and what can be done: `drop` leaves one out.

    One value beside nulls is not silence: whether there is one may tell a lot. The model works all the same: such a feature
    gets no weight and no split.
    """
    null, one = [], []
    for name, column in zip(rows.names, rows.X.T, strict=True):
        if np.isnan(column).all():
            null.append(name)
        elif (column == column[0]).all():
            one.append(name)
    return [
        _sentence(names, how, drop)
        for names, how in ((null, "null in every training row"), (one, "the same in every training row"))
        if names
    ]


def _sentence(names: list[str], how: str, drop: str) -> str:
    who = f"The feature {names[0]} is" if len(names) == 1 else f"The features {', '.join(names)} are"
    return f"{who} {how}, and can tell the model nothing. {drop} leaves a feature out."
