"""load_shop: what is right loads, and every mistake is one line that names key, value, expectation and nearest spelling."""

import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from willbuy.durations import Duration
from willbuy.errors import ShopError
from willbuy.shop import Shop, load_shop, make_source, toml

SMALLEST = '[source]\npreset = "retailrocket"\n[target]\nwithin = "7d"\n'
OWN = '[target]\nwithin = "7d"\n[source]\ncolumns = { entity = "who", time = "when", kind = "what" }\n'


def load(folder: Path, text: str) -> Shop:
    path = folder / "shop.toml"
    path.write_text(text, encoding="utf-8")
    return load_shop(path)


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(ShopError) as raised:
        load(folder, text)
    message = str(raised.value)
    assert "\n" not in message
    return message.removeprefix(f"{folder / 'shop.toml'}").removeprefix(": ")


def test_the_smallest_file_has_defaults_for_all_the_rest(tmp_path: Path) -> None:
    shop = load(tmp_path, SMALLEST)
    assert shop.target.within == Duration.parse("7d")
    assert (shop.target.kind, shop.train.seed, shop.offer.threshold) == ("purchase", 20150503, "f1")
    assert shop.home == tmp_path.resolve() / ".willbuy"
    assert shop.zone.key == "UTC"


def test_a_byte_order_mark_is_no_mistake(tmp_path: Path) -> None:
    assert load(tmp_path, "\ufeff" + SMALLEST).source.preset == "retailrocket"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ('[target]\nwithn = "7d"', "unknown key target.withn. Did you mean 'within'? Known here: kind, within."),
        ('[targt]\nwithin = "7d"', "unknown key targt. Did you mean 'target'? Known here: shop, source,"),
        ('within = "7d"', "unknown key within. It belongs to [target]. Known here: shop, source, target,"),
        ("[source.time]\nunits = 3", "unknown key source.time.units. Did you mean 'unit'? Known here: unit, format, zone."),
        ('["a\\nb"]', 'unknown key "a\\u000ab". Known here: shop,'),
        ('[shop]\nzone = "Europe/Lodnon"', "shop.zone = 'Europe/Lodnon': expected the name of a zone, such as 'UTC' or "
         "'Europe/London'. Did you mean 'Europe/London'?"),
        ('[shop]\nzone = "tokyo"', "shop.zone = 'tokyo': expected the name of a zone, such as 'UTC' or 'Europe/London'. "
         "Did you mean 'Asia/Tokyo'?"),
        ('[shop]\nzone = "../../etc/passwd"', "shop.zone = '../../etc/passwd': expected the name of a zone"),
        ("[shop]\nname = 3", "shop.name = 3: expected a text in quotes."),
        ('[shop]\nname = ""', "shop.name = '': expected a text that is not empty."),
        ("shop = 3", "shop = 3: expected a table."),
        ('[target]\nwithin = "sesion"', "target.within = 'sesion': expected a span of time such as '7d', or 'session'. "
         "Did you mean 'session'?"),
        ("[target]\nwithin = 7", "target.within = 7: expected a span of time such as '7d', or 'session'."),
        ('[target]\nwithin = "0d"', "target.within = '0d': expected a span"),
        ('[target]\nwithin = "-7d"', "target.within = '-7d': expected a span"),
        ('[target]\nkind = "purchas"', "target.kind = 'purchas': expected one of 'view', 'cart', 'remove', 'favourite', "
         "'purchase', 'other'. Did you mean 'purchase'?"),
        ('[population]\never = "true"', "population.ever = 'true': expected true or false."),
        ("[population]\never = 1", "population.ever = 1: expected true or false."),
        ('[population]\nactive_within = "month"', "population.active_within = 'month': expected a span of time: a whole number"),
        ('[population]\never = true\nactive_within = "30d"', "population: ever = true contradicts active_within = \"30d\". "
         "Take one away."),
        ('[anchors]\nlast = "12"', "anchors.last = '12': expected a whole number."),
        ("[anchors]\nlast = 0", "anchors.last = 0: expected 1 or more."),
        ("[anchors]\nlast = true", "anchors.last = True: expected a whole number."),
        ("[anchors]\nafter_events = [3, 1]", "anchors: after_events = [3, 1]: expected whole numbers from 1, ascending"),
        ("[anchors]\nafter_events = []", "anchors: after_events = []: expected whole numbers from 1, ascending"),
        ('[features]\ncatalogue = "click"', "features.catalogue = 'click': expected one of 'clicks', 'purchases', "
         "'session', 'none'. Did you mean 'clicks'?"),
        ('[features]\ncatalogue = "session"', 'features.catalogue = "session" contradicts target.within = "7d"'),
        ('[features]\nwindows = "7d"', "features.windows = '7d': expected a list in square brackets."),
        ("[features]\nwindows = []", "features.windows = []: expected at least one entry."),
        ('[features]\nwindows = ["7d", "7x"]', "features.windows[2] = '7x': expected a span of time"),
        ("[train]\nfolds = 1", "train.folds = 1: expected 2 or more."),
        ('[train]\ncandidates = ["forrest"]', "train.candidates[1] = 'forrest': expected one of 'logistic', 'forest', 'xgboost'."),
        (
            "[offer]\nthreshold = 1.5",
            "offer.threshold = 1.5: expected one of 'f1', 'precision', 'recall', 'capacity', 'money' or less than 1.",
        ),
        ('[offer]\nthreshold = "f2"', "offer.threshold = 'f2': expected one of 'f1', "),
        (
            '[offer]\nthreshold = "capacity"',
            'offer: threshold = "capacity" needs capacity. Add it, for example: capacity = 500.',
        ),
        ('[offer]\nthreshold = "money"\nmargin = 12', 'offer: threshold = "money" needs cost_per_contact.'),
        ("[offer]\nmargin = 12", "offer: margin needs cost_per_contact. Add it, for example: cost_per_contact = 0.25."),
        ("[offer]\ncost_per_contact = 1", "offer: cost_per_contact needs margin."),
        ('[offer]\ncurrency = "EUR"', "offer: currency needs margin."),
        (
            "[offer]\nmargin = 1\ncost_per_contact = 1",
            "offer: a contact costs 1 and brings 1 at best: no contact can pay. Expected a margin above cost_per_contact.",
        ),
        ("[offer]\nmargin = 0.00001\ncost_per_contact = 1", "offer.margin = 1e-05: expected an amount of money with at most four digits"),
        ("[offer]\nmargin = inf\ncost_per_contact = 1", "offer.margin = inf: expected 1000000.0 or less."),
        ("[offer]\ncapacity = 0", "offer.capacity = 0: expected 1 or more."),
        ("[offer]\nprecision = 90", "offer.precision = 90: expected 1.0 or less."),
        ("[offer]\nrecall = 0", "offer.recall = 0: expected more than 0.0."),
        ('[storage]\nmemory = "lots"', "storage.memory = 'lots': expected an amount of memory, such as '1500MB' or '4GB'."),
        ('[storage]\nengine = "duckdbb"', "storage.engine = 'duckdbb': expected one of 'duckdb', 'postgres', 'spark'. Did you mean 'duckdb'?"),
        ('[source]\npreset = "retail_rocket"', "unknown preset 'retail_rocket'. There are: cdnow, online_retail, rees46, "
         "retailrocket, taobao. Did you mean 'retailrocket'?"),
        ('[source]\nencoding = "utf8000"', "source.encoding = 'utf8000': expected the name of a text encoding"),
        ('[source]\ndelimiter = "tab"', "source.delimiter = 'tab': expected one character"),
        ('[source.columns]\nentty = "a"', "source.columns: 'entty' is no field of an event: expected one of entity, time,"),
        ("[source.columns]\nentity = 3", "source.columns.entity = 3: expected a text in quotes."),
        ('[source.kinds]\nbuy = ["b"]', "source.kinds: 'buy' is no kind: expected one of view, cart,"),
        ('[source.kinds]\ncart = ["b"]\nview = ["a", "b"]', "source.kinds: the name 'b' is mapped as cart and as view: map it once."),
        ('[source.kinds]\ncart = ["b", "b"]', "source.kinds: the name 'b' is mapped twice: map it once."),
        ('[source.kinds]\ncart = "b"', "source.kinds.cart = 'b': expected a list in square brackets."),
        ('[source]\nkind = "purchase"\ncolumns = { kind = "what" }', 'source: kind = "purchase" contradicts columns.kind = "what"'),
        ('[source]\nheader = ["a", "a"]', "source.header = ['a', 'a']: the name 'a' stands there twice"),
        ('[source.drop_suffix]\nprice = ".0"', "source.drop_suffix: 'price' is no field of text: expected one of entity, item,"),
        ('[source.time]\nunit = "sec"', "source.time.unit = 'sec': expected one of 's', 'ms', 'us', 'text'."),
        ('[source.time]\nunit = "s"\nzone = "UTC"', 'source.time: zone contradicts unit = "s": epoch numbers are UTC.'),
        ('[source.time]\nunit = "ms"\nformat = "iso"', 'source.time: format contradicts unit = "ms": epoch numbers are UTC.'),
        ('[source.time]\nformat = "%d.%m."', "source.time.format = '%d.%m.': '%d.%m.' does not read a day"),
        ('[source.time]\nformat = ["iso", "%q"]', "source.time.format = ['iso', '%q']: '%q' does not read a day"),
        ('[[source.rules]]\ncolumn = "a"\nkind = "other"\nname = "b"', "source.rules[1]: expected exactly one of starts_with"),
        ('[[source.rules]]\nstarts_with = "C"\nkind = "other"\nname = "b"', "source.rules[1].column is missing. Add it, for "
         'example: column = "InvoiceNo".'),
        ("folder = 'x'", "unknown key folder."),
    ],
)  # fmt: skip
def test_a_mistake_is_named(tmp_path: Path, text: str, message: str) -> None:
    target = "" if "[target]" in text else '\n[target]\nwithin = "7d"'
    source = "" if "[source" in text else '\n[source]\npreset = "retailrocket"'
    whole = text + target + source
    assert complaint(tmp_path, whole).startswith(message)


def test_what_is_missing_is_named(tmp_path: Path) -> None:
    assert complaint(tmp_path, "").startswith("[source] is missing. Add that section")
    assert (
        complaint(tmp_path, "[source]\n[target]\n")
        == 'target.within is missing. Add it, for example: within = "7d".'
    )


def test_what_is_no_shop_file(tmp_path: Path) -> None:
    with pytest.raises(ShopError, match=r"no shop file at .*willbuy init EVENTS_FILE"):
        load_shop(tmp_path / "none.toml")
    with pytest.raises(ShopError, match="is no file"):
        load_shop(tmp_path)
    assert re.match(r" is no TOML: ", complaint(tmp_path, "a = = 1"))
    (tmp_path / "shop.toml").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ShopError, match="is no TOML"):
        load_shop(tmp_path / "shop.toml")
    (tmp_path / "shop.toml").write_bytes(b"#" * (1 << 21))
    with pytest.raises(ShopError, match="larger than 1 MiB"):
        load_shop(tmp_path / "shop.toml")


def test_a_long_value_is_shown_in_part(tmp_path: Path) -> None:
    assert len(complaint(tmp_path, f'[shop]\nzone = "{"x" * 100_000}"\n' + SMALLEST)) < 300


def test_deep_nesting_is_refused_quickly(tmp_path: Path) -> None:
    assert "is no TOML" in complaint(tmp_path, "a = " + "[" * 50_000)


def test_a_presets_defaults_stand_where_the_file_says_nothing(tmp_path: Path) -> None:
    taobao = '[source]\npreset = "taobao"\n[target]\nwithin = "1d"\n'
    shop = load(tmp_path, taobao)
    assert shop.shop.zone == "Asia/Shanghai"
    assert str(shop.population.active_within) == "7d"
    assert str(shop.anchors.every) == "1d"
    own = load(tmp_path, taobao + '[shop]\nzone = "UTC"\n[population]\never = true\n')
    assert (own.shop.zone, own.population.active_within, own.population.ever) == ("UTC", None, True)


def test_a_session_task_takes_only_the_presets_zone(tmp_path: Path) -> None:
    shop = load(tmp_path, '[source]\npreset = "taobao"\n[target]\nwithin = "session"\n')
    assert shop.shop.zone == "Asia/Shanghai"
    assert shop.features.catalogue is None
    assert shop.anchors.every is None


def test_a_preset_does_not_bring_the_question(tmp_path: Path) -> None:
    assert "[target] is missing" in complaint(tmp_path, '[source]\npreset = "taobao"\n')


def test_make_source_names_the_key() -> None:
    with pytest.raises(ShopError, match=r"^unknown key source\.presett\. Did you mean 'preset'\?"):
        make_source({"presett": "x"})


values = st.recursive(
    st.one_of(st.booleans(), st.integers(-(2**40), 2**40), st.floats(allow_nan=False), st.text(max_size=8)),
    lambda inner: st.one_of(
        st.lists(inner, max_size=3), st.dictionaries(st.text(max_size=6), inner, max_size=3)
    ),
    max_leaves=6,
)
sections = sorted(set(Shop.model_fields) - {"folder"})
keys = sorted(
    {key for name in sections for key in getattr(Shop.model_fields[name].annotation, "model_fields", {})}
)


@given(
    st.dictionaries(
        st.sampled_from([*sections, "x"]),
        st.one_of(values, st.dictionaries(st.sampled_from([*keys, "x"]), values, max_size=4)),
        max_size=4,
    )
)
def test_no_content_brings_anything_but_a_shop_error(content: dict[str, Any]) -> None:
    from tempfile import TemporaryDirectory

    text = "\n".join(
        f"{toml.quoted(key)} = {toml.value(_quoted_keys(value))}" for key, value in content.items()
    )
    with TemporaryDirectory() as folder:
        path = Path(folder) / "shop.toml"
        path.write_text(text, encoding="utf-8", errors="replace")
        try:
            load_shop(path)
        except ShopError as error:
            assert "\n" not in str(error)
            assert len(str(error)) < 1_000


def _quoted_keys(value: Any) -> Any:
    if isinstance(value, dict):
        return {toml.quoted(key): _quoted_keys(inner) for key, inner in value.items()}
    return [_quoted_keys(inner) for inner in value] if isinstance(value, list) else value


def test_own_columns_load(tmp_path: Path) -> None:
    assert load(tmp_path, OWN).source.columns == {"entity": "who", "time": "when", "kind": "what"}


def test_the_doctor_accepts_by_name_with_a_reason(tmp_path: Path) -> None:
    accepted = '[doctor]\naccept = { "too_good:days_to_delivery" = "known beforehand" }\n'
    assert load(tmp_path, SMALLEST + accepted).doctor.accept == {
        "too_good:days_to_delivery": "known beforehand"
    }
    nothing = '[doctor]\naccept = { "too_good:days_to_delivery" = " " }\n'
    assert "'too_good:days_to_delivery' is accepted without a reason" in complaint(
        tmp_path, SMALLEST + nothing
    )


@pytest.mark.parametrize(
    "url", ["postgresql://ann@db/shops", "postgresql://ann:@db/shops", "postgres:///shops?host=/run/pg"]
)
def test_an_address_without_a_password_is_taken(tmp_path: Path, url: str) -> None:
    """An empty one is none: some tools write the mark that stands before it all the same."""
    assert load(tmp_path, f'{SMALLEST}[storage]\nurl = "{url}"\n').storage.url == url


@pytest.mark.parametrize(
    "url", ["postgresql://ann:s3cret@db/shops", "postgresql://ann@db/shops?password=s3cret"]
)
def test_an_address_with_a_password_is_refused_and_not_told(tmp_path: Path, url: str) -> None:
    said = complaint(tmp_path, f'{SMALLEST}[storage]\nurl = "{url}"\n')
    assert "the address carries a password" in said and "s3cret" not in said
