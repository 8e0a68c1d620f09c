"""The commented shop file that `willbuy init` writes: each decision, why it was taken, and what else there is."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path

from willbuy.errors import ShopError, listed, printable
from willbuy.events.canonical import FIELDS
from willbuy.events.look.sight import Sight
from willbuy.events.look.words import base_rate_sentence, entities_sentence, sample_sentence, span_sentence
from willbuy.shop import load_shop
from willbuy.shop.toml import comment, quoted, value


def write_shop_file(sight: Sight, path: Path, force: bool = False) -> None:
    """Write the shop file: complete under its name, or not there. Raises ShopError if one is there already."""
    refuse_existing(path, force)
    write_tried(path, shop_text(sight, path.parent), load_shop)


def write_tried(path: Path, text: str, load: Callable[[Path], object]) -> None:
    """Write a shop file that `load` reads: complete under its name, or not there. Raises ShopError."""
    partial = path.with_name(path.name + ".partial")
    try:
        partial.write_text(text, encoding="utf-8")
        load(partial)
        partial.replace(path)
    except OSError as error:
        raise ShopError(f"{path} cannot be written: {error.strerror or error}.") from error
    finally:
        partial.unlink(missing_ok=True)


def refuse_existing(path: Path, force: bool) -> None:
    """Raise ShopError if something is at `path` that must not be written over."""
    if path.is_dir():
        raise ShopError(f"{path} is a folder. Name a file: --shop {path / 'shop.toml'}")
    if path.exists() and not force:
        raise ShopError(
            f"{path} is there already. Keep it, write elsewhere (--shop other.toml), or write over it: --force"
        )
    if not path.resolve().parent.is_dir():
        raise ShopError(f"no folder {path.parent} for the shop file. Make it first.")


def shop_text(sight: Sight, folder: Path) -> str:
    """Return the shop file's text; `folder` is where it will lie, to which file names are relative."""
    blocks = (_head(sight), _shop(sight), _source(sight, folder), _target(sight), _population(sight), _anchors(sight),
              _features(sight), _rest())  # fmt: skip
    return "\n".join("\n".join(block) + "\n" for block in blocks)


def _head(sight: Sight) -> Iterator[str]:
    yield comment("What willbuy needs to know about this shop. Every key is explained in docs/shop-file.md.")
    yield comment(f"Seen: {sight.rows:,} rows, {span_sentence(sight)}.")
    yield comment(f"{entities_sentence(sight)}.")
    if sight.sample:
        yield comment(f"{sample_sentence(sight.sample)}.")


def _shop(sight: Sight) -> Iterator[str]:
    yield "[shop]"
    yield comment(f"The clock that cuts days, hours and the grid of anchors ({sight.shop_zone.why}).")
    yield f"zone = {quoted(sight.shop_zone.value)}"


def _source(sight: Sight, folder: Path) -> Iterator[str]:
    source = sight.source
    yield "[source]"
    yield comment("Relative to this file; a glob such as logs/*.csv takes many.")
    yield f"files = {value([relative(Path(file), folder) for file in source.files])}"
    if sight.preset is not None:
        yield comment(
            f"Recognised: {sight.preset.why}." if sight.preset.why != "declared" else "A known log."
        )
        yield f"preset = {quoted(sight.preset.value)}"
    for key in ("format", "encoding", "delimiter", "decimal", "kind"):
        said = getattr(source, key)
        if key in source.model_fields_set and said is not None:
            yield f"{key} = {quoted(said)}"
    if source.header:
        yield f"header = {value(source.header)}"
    if "currency_digits" in source.model_fields_set:
        yield comment(f"Digits of the minor unit ({sight.money}): 2 keeps 35.79 as the integer 3579.")
        yield f"currency_digits = {source.currency_digits}"
    yield from _columns(sight)
    yield from _kinds(sight)
    yield from _time(sight)
    if source.drop_suffix:
        yield ""
        yield "[source.drop_suffix]"
        yield comment("These ids went through a float: 17850.0 is 17850.")
        yield from (f"{field} = {quoted(ending)}" for field, ending in source.drop_suffix.items())


def _columns(sight: Sight) -> Iterator[str]:
    yield ""
    own = sight.source.columns
    if sight.preset is not None:
        yield comment(
            'The preset reads these columns; name another one here to overrule it, or leave it out: item = "".'
        )
    if sight.preset is None or own:
        yield "[source.columns]"
    else:
        yield comment("[source.columns]")
    for field in FIELDS:
        if field in own:
            why = sight.columns[field].why if field in sight.columns else ""
            yield f"{field} = {quoted(own[field])}" + (f"  {comment(why)}" if why else "")
        elif field in sight.columns:
            yield comment(f"{field} = {quoted(sight.columns[field].value)}")
    left = [name for name in sight.header if name not in {choice.value for choice in sight.columns.values()}]
    if left:
        yield comment(f"Not read: {listed(left, 20)}.")


def _kinds(sight: Sight) -> Iterator[str]:
    yield ""
    counts = {seen.name: seen.events for seen in sight.kinds}
    if sight.preset is not None or sight.source.kind is not None:
        yield comment("What happened, as it is read:")
        yield from (
            comment(f"  {printable(seen.name, 40)}: {seen.events:,} read as {seen.kind}")
            for seen in sight.kinds[:20]
        )
    if sight.source.kinds:
        yield comment("What the log's names mean: view, cart, remove, favourite, purchase or other.")
        yield "[source.kinds]"
        for kind, names in sight.source.kinds.items():
            yield comment(f"{', '.join(f'{counts.get(name, 0):,}' for name in names[:20])} events")
            yield f"{kind} = {value(names)}"


def _time(sight: Sight) -> Iterator[str]:
    time = sight.source.time
    yield ""
    yield comment(
        f"Time: {sight.time_unit.value} ({sight.time_unit.why}); zone {sight.time_zone.value} ({sight.time_zone.why})."
    )
    if not time.model_fields_set:
        return
    yield "[source.time]"
    if time.unit:
        yield f"unit = {quoted(time.unit)}"
    if time.format:
        yield f"format = {value(time.format)}"
    if time.zone:
        yield f"zone = {quoted(time.zone)}"


def _target(sight: Sight) -> Iterator[str]:
    yield "[target]"
    yield comment(
        f"Buying within this time counts ({sight.within.why}). Other answers: 1d, 30d, session (this visit)."
    )
    if sentence := base_rate_sentence(sight):
        yield comment(f"{sentence}.")
    yield f"within = {quoted(sight.within.value)}"


def _population(sight: Sight) -> Iterator[str]:
    yield "[population]"
    if sight.within.value == "session":
        yield comment("Session tasks score the visits themselves; these keys do not narrow them.")
    elif sight.active_within is None:
        yield comment(
            'Everyone seen before the anchor is scored. Or only the recent ones: active_within = "90d".'
        )
        yield "ever = true"
    else:
        yield comment(
            f"Who is scored: seen in this time before the anchor ({sight.active_within.why}). Or everyone: ever = true."
        )
        yield f"active_within = {quoted(sight.active_within.value)}"


def _anchors(sight: Sight) -> Iterator[str]:
    yield "[anchors]"
    if sight.within.value == "session":
        yield comment("A visit is scored after its 1st, 3rd and 5th event; it ends after 30 idle minutes.")
        yield "after_events = [1, 3, 5]"
    elif sight.every is not None:
        yield comment("How often everyone is scored for training (by the preset).")
        yield f"every = {quoted(str(sight.every))}"
    else:
        yield comment("How often everyone is scored for training; the horizon, unless it stands here.")
        yield comment(f"every = {quoted(sight.within.value)}")


def _features(sight: Sight) -> Iterator[str]:
    yield "[features]"
    yield comment(
        f"The default set ({sight.catalogue.why}): clicks, purchases, session or none. See: willbuy features"
    )
    yield f"catalogue = {quoted(sight.catalogue.value)}"


def _rest() -> Iterator[str]:
    yield comment("The rest has defaults; take the # away to change one.")
    yield from (comment(line) for line in (
        "[train]", 'candidates = ["logistic", "xgboost"]', 'metric = "average_precision"', "seed = 20150503",
        "[offer]", 'threshold = "f1"  # or capacity, money, precision, recall: see docs/offers.md', "[storage]", 'home = ".willbuy"', 'memory = "1500MB"',
    ))  # fmt: skip


def relative(file: Path, folder: Path) -> str:
    """The file as seen from the shop file; a link on the way stays a link."""
    home = folder.resolve()
    inside = file.resolve().is_relative_to(home)
    try:
        return Path(os.path.relpath(file.resolve() if inside else Path.cwd() / file, home)).as_posix()
    except ValueError:  # another drive on Windows
        return file.resolve().as_posix()
