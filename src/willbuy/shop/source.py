"""`[source]`: the files, and how their columns become canonical events."""

from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, StrictFloat, model_validator

from willbuy.errors import did_you_mean
from willbuy.events.canonical import FIELDS, KINDS
from willbuy.shop import values
from willbuy.shop.section import Flag, Kind, Section, Whole, Zone, key

SUFFIXED = ("entity", "item", "category", "session", "event_id")


def _known(names: dict[str, object], known: tuple[str, ...], what: str) -> None:
    for name in names:
        if name not in known:
            raise ValueError(
                f"{name[:60]!r} is no {what}: expected one of {', '.join(known)}.{did_you_mean(name[:60], known)}"
            )


def _fields(columns: dict[str, str]) -> dict[str, str]:
    _known(dict(columns), FIELDS, "field of an event")
    return columns


def _suffixed(endings: dict[str, str]) -> dict[str, str]:
    _known(dict(endings), SUFFIXED, "field of text")
    return endings


def _kinds(kinds: dict[str, tuple[str, ...]]) -> dict[str, tuple[str, ...]]:
    _known(dict(kinds), KINDS, "kind")
    home: dict[str, str] = {}
    for kind, names in kinds.items():
        for name in names:
            if name in home:
                where = "twice" if home[name] == kind else f"as {home[name]} and as {kind}"
                raise ValueError(f"the name {name[:60]!r} is mapped {where}: map it once")
            home[name] = kind
    return kinds


def _header(names: tuple[str, ...] | None) -> tuple[str, ...] | None:
    twice = [name for name in names or () if (names or ()).count(name) > 1]
    if twice:
        raise ValueError(
            f"the name {twice[0][:60]!r} stands there twice: every column needs a name of its own"
        )
    return names


class SourceTime(Section):
    """How the log writes its times: declared, or proven by `willbuy init` from the values; never guessed silently.

    Epoch numbers are UTC. Text that carries an offset (`+02:00`, `Z`, ` UTC`) is read by it; text that carries
    none is read by `zone`, and refused where none is declared.
    """

    unit: Literal["s", "ms", "us", "text"] | None = key(
        "`s`, `ms` or `us` since 1970-01-01 UTC, or `text`. Without it only a Parquet column of a timestamp type is read.",
        "ms",
    )
    format: Annotated[str | tuple[str, ...] | None, BeforeValidator(values.time_formats)] = key(
        'For `unit = "text"`: `iso` (ISO 8601, the default) or a format as for strptime; of several the first that '
        "reads a value wins.",
        "%d.%m.%Y %H:%M",
    )
    zone: Zone | None = key("The clock of times that carry no offset.", "Europe/London")

    @model_validator(mode="after")
    def _agree(self) -> "SourceTime":
        if self.unit in ("s", "ms", "us"):
            for name, found in (("format", self.format), ("zone", self.zone)):
                if found is not None:
                    raise ValueError(
                        f'{name} contradicts unit = "{self.unit}": epoch numbers are UTC. Take one away'
                    )
        return self


class SourceRule(Section):
    """Rows that another column makes something else, such as a cancelled invoice. The first rule that matches wins."""

    column: str = key("The column of the file that is looked at.", "InvoiceNo", ...)
    starts_with: str | None = key("Matches where the text begins like this.", "C")
    at_most: Whole | StrictFloat | None = key(
        "Matches where the number is this or less. Instead of `starts_with`.", 0
    )
    kind: Kind = key("The kind of rows that match.", "other", ...)
    name: str = key("What such rows are called.", "cancellation", ...)

    @model_validator(mode="after")
    def _one_test(self) -> "SourceRule":
        if (self.starts_with is None) == (self.at_most is None):
            raise ValueError("expected exactly one of starts_with and at_most")
        return self


class Source(Section):
    """The files of the log, and how their columns become events.

    With a `preset`, its keys stand beneath yours: `columns`, `drop_suffix` and `time` are laid over it key by key
    (`item = ""` takes a mapping away), your `kinds` and `rules` come first, any other key replaces the preset's.
    """

    files: tuple[str, ...] = key("Files or globs, relative to the shop file.", ["logs/*.csv.gz"], ())
    preset: str | None = key(
        "A known log: cdnow, online_retail, rees46, retailrocket, taobao.", "retailrocket"
    )
    format: Literal["csv", "parquet", "jsonl"] | None = key(
        "How the files are written; by their names otherwise.", "csv"
    )
    encoding: Annotated[str, AfterValidator(values.encoding)] | None = key(
        "How letters are written in text files; utf-8 otherwise. A byte-order mark is dropped.", "cp1252"
    )
    delimiter: Annotated[str, AfterValidator(values.delimiter)] | None = key(
        "What stands between two columns, a comma otherwise; `spaces` is runs of blanks.", ";"
    )
    decimal: Literal[".", ","] | None = key(
        "What stands before the decimals of a price; a point otherwise.", ","
    )
    header: Annotated[tuple[str, ...] | None, AfterValidator(_header)] = key(
        "Names for the columns of files without a header line. A file whose first line holds the name of every "
        "column that is read has one all the same.",
        ["user_id", "item_id", "category_id", "behavior", "ts"],
    )
    columns: Annotated[dict[str, str], AfterValidator(_fields)] = key(
        f"Which column holds what. Fields of an event: {', '.join(FIELDS)}. Needed: entity, time, and kind (or "
        "`source.kind`); `price` is of one piece, `received` when the shop knew of the event.",
        {"entity": "visitor", "time": "when", "kind": "what"},
        {},
    )
    kinds: Annotated[dict[str, tuple[str, ...]], AfterValidator(_kinds)] = key(
        f"What the log's own names mean. Kinds: {', '.join(KINDS)}. Rows with a name that stands nowhere are refused.",
        {"view": ["page_view"], "purchase": ["order", "reorder"]},
        {},
    )
    kind: Kind | None = key("Every row is of this kind, where no column says what happened.", "purchase")
    rules: tuple[SourceRule, ...] = key(
        "Rows that another column makes something else; looked at before `kinds` and `kind`, in order.",
        [{"column": "InvoiceNo", "starts_with": "C", "kind": "other", "name": "cancellation"}],
        (),
    )
    drop_suffix: Annotated[dict[str, str], AfterValidator(_suffixed)] = key(
        f"An ending that ids lose, such as the .0 of ids that went through a float. For {', '.join(SUFFIXED)}.",
        {"entity": ".0"},
        {},
    )
    time: SourceTime = key("How times are written, see below.", {"unit": "ms"}, SourceTime())
    currency_digits: Whole = key(
        "Digits of the minor unit of money: with 2 the price 35.79 is kept as the integer 3579.",
        2,
        2,
        ge=0,
        le=4,
    )
    hash_ids: Flag = key(
        "Keep keyed hashes of entities instead of their ids, from the first byte on: see docs/privacy.md. Cannot change "
        "once something was ingested.",
        True,
        False,
    )

    @model_validator(mode="after")
    def _agree(self) -> "Source":
        if self.kind is not None and "kind" in self.columns:
            raise ValueError(
                f'kind = "{self.kind}" contradicts columns.kind = "{self.columns["kind"]}": a column says what '
                "happened, or every row is the same. Take one away"
            )
        return self
