"""A made-up table of sessions for the tests of preparations: every role, nulls, a rare value, a column of one value."""

import numpy as np

from willbuy.models.prepare import Column

COLUMNS = (
    Column("pages", "number", missing="median"),
    Column("seconds", "number"),
    Column("member", "flag", missing="most_frequent"),
    Column("device", "category", ("Desktop", "Mobile", "Tablet"), missing="Unknown"),
    Column("month", "category", ("Feb", "Mar", "Nov")),
    Column("constant", "number"),
)
NAMES = tuple(column.name for column in COLUMNS)


def make_table(n: int, seed: int) -> tuple[np.ndarray, np.ndarray]:
    """Raw rows and labels that hang on pages, seconds, device and month."""
    random = np.random.default_rng(seed)
    pages = random.poisson(6, n).astype(float)
    seconds = random.exponential(60, n) * pages
    member = (random.random(n) < 0.3).astype(float)
    device = random.choice([0.0, 1.0, 2.0], n, p=[0.5, 0.49, 0.01])
    month = random.choice([0.0, 1.0, 2.0], n)
    truth = -2 + 0.15 * pages + 0.003 * seconds - 0.8 * (device == 1) + 0.9 * (month == 2) + 0.4 * member
    y = (random.random(n) < 1 / (1 + np.exp(-truth))).astype(np.int8)
    X = np.column_stack((pages, seconds, member, device, month, np.full(n, 7.0)))
    X[:, :5][random.random((n, 5)) < 0.08] = np.nan
    return X, y
