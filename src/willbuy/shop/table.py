"""`[table]`: the files of a table, who bought, how it is split, and what its columns are."""

from typing import Annotated, Literal

from pydantic import AfterValidator, model_validator

from willbuy.shop import values
from willbuy.shop.column import ColumnKeys
from willbuy.shop.section import Section, Whole, key


def _ordered(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    twice = [name for name in names or () if (names or ()).count(name) > 1]
    if twice:
        raise ValueError(f"the value {twice[0][:60]!r} stands there twice: each has one place in time")
    return names


class Table(Section):
    """The files of a table, one row a session or customer, and what its columns mean. It stands instead of `[source]`
    and `[target]`.

    With a `preset`, its keys stand beneath yours: `columns` is laid over it column by column and key by key, any other
    key replaces the preset's. A column of the file that is not declared is not used, and named.
    """

    files: tuple[str, ...] = key(
        "Files or globs, relative to the shop file: csv (also .gz, .zst) or parquet.", ["sessions.csv"], ()
    )
    preset: str | None = key(
        "A known table: online_shoppers, online_shoppers_known, propensity_flags, retailtech.",
        "online_shoppers",
    )
    target: str = key("The column that says who bought.", "Revenue", ..., min_length=1)
    buys: tuple[str, ...] = key(
        "Values of the target that mean a buyer; every spelling of true otherwise (`TRUE`, `yes`, `1`, ...).",
        ["won"],
        (),
    )
    others: tuple[str, ...] = key(
        "Values of the target that mean no buyer; every spelling of false otherwise. Rows with any other value are refused.",
        {"buys": ["won"], "others": ["lost", "open"]},
        (),
    )
    id: str | None = key(
        "The column of the entity, whose rows are never parted by chance; each row is its own otherwise.",
        "UserID",
        min_length=1,
    )
    order: str | None = key(
        "A column that orders the rows in time: numbers, dates, or `order_values`. It may be an input besides.",
        "Month",
        min_length=1,
    )
    order_values: Annotated[tuple[str, ...] | None, AfterValidator(_ordered)] = key(
        "The values of `order`, oldest first, where they are neither numbers nor dates.",
        {"order": "Month", "order_values": ["Oct", "Nov", "Dec"]},
        min_length=2,
    )
    test_from: str | Whole | None = key(
        "Rows whose `order` is this or later are the test; the newest values that make up a fifth otherwise.",
        {"order": "Month", "order_values": ["Oct", "Nov", "Dec"], "test_from": "Nov"},
    )
    split: Literal["order", "folds", "holdout"] | None = key(
        "How the test is taken: `order` (the newest rows), `folds` (every row once, dealt at random) or `holdout` (a fifth at "
        "random); `order` where an order is declared, otherwise `folds`, or `holdout` where 5,000 rows or more of either outcome make "
        "a fifth enough. Only `order` tests the future.",
        "folds",
    )
    repeats: Whole = key("With `folds`: how often the folds are dealt anew.", 5, 2, ge=1, le=20)
    recipe: str = key(
        "Engineered inputs of a known table, by name: online_shoppers, retailtech, propensity_flags, or none.",
        "online_shoppers",
        "none",
        min_length=1,
    )
    scale: Literal["none", "standard", "min_max"] = key(
        "How numbers are scaled, fitted on the training part.", "min_max", "none"
    )
    format: Literal["csv", "parquet"] | None = key(
        "How the files are written; by their names otherwise.", "parquet"
    )
    encoding: Annotated[str, AfterValidator(values.encoding)] | None = key(
        "How letters are written in text files; utf-8 otherwise.", "cp1252"
    )
    delimiter: Annotated[str, AfterValidator(values.delimiter)] | None = key(
        "What stands between two columns, a comma otherwise; `spaces` is runs of blanks.", ";"
    )
    decimal: Literal[".", ","] | None = key(
        "What stands before the decimals of numbers; a point otherwise.", ","
    )
    output: dict[str, str] = key(
        "The columns of the scores, in order: its name = what it holds, such as `id`, `as_of`, `probability`, `prediction`, `band`, "
        "`reason_1`, `model_version` or a segment of the recipe; all there are otherwise.",
        {"output": {"UserID": "id", "score": "probability"}},
        {},
    )
    columns: dict[str, ColumnKeys] = key(
        "The inputs, each a table of its own: see below.",
        {"PageValues": {"role": "number", "known": "unknown"}},
        {},
    )

    @model_validator(mode="after")
    def _agree(self) -> "Table":
        for name, other in (("order_values", "order"), ("test_from", "order"), ("others", "buys")):
            if getattr(self, name) and not getattr(self, other):
                raise ValueError(f"{name} needs {other}")
        if self.split == "order" and self.order is None:
            raise ValueError('split = "order" needs order: the column that orders the rows in time')
        if both := sorted(set(self.buys) & set(self.others)):
            raise ValueError(f"the value {both[0][:60]!r} stands in buys and in others")
        _own_columns(self)
        _test_from(self)
        return self


def _own_columns(table: Table) -> None:
    """The target, the id and the order are three columns, and neither of the first two is an input."""
    named = [(name, getattr(table, name)) for name in ("target", "id", "order")]
    for at, (name, column) in enumerate(named):
        for other, theirs in named[at + 1 :]:
            if column is not None and column == theirs:
                raise ValueError(f"{name} and {other} are the same column {column[:60]!r}")
        declared = table.columns.get(column or "")
        if name != "order" and declared is not None and declared.role != "ignore":
            raise ValueError(
                f"columns: {column[:60]!r} is the {name} and cannot be an input too. Take its role away"
            )


def _test_from(table: Table) -> None:
    found, known = table.test_from, table.order_values
    if found is not None and known is not None and found not in known[1:]:
        raise ValueError(
            f"test_from = {found!r}: expected one of order_values after the first: {', '.join(known[1:13])}"
        )
