"""The shop file of a table: what is right loads, presets lie beneath, and every mistake is one line."""

from pathlib import Path

import pytest

from willbuy.errors import ShopError
from willbuy.shop import Shop, TableShop, load_any, load_shop, make_table, presets
from willbuy.shop.table import Table

OWN = '[table]\nfiles = ["t.csv"]\ntarget = "bought"\n'
LOG = '[source]\npreset = "retailrocket"\n[target]\nwithin = "7d"\n'


def load(folder: Path, text: str) -> Shop | TableShop:
    path = folder / "shop.toml"
    path.write_text(text, encoding="utf-8")
    return load_any(path)


def table(folder: Path, text: str) -> Table:
    shop = load(folder, text)
    assert isinstance(shop, TableShop)
    return shop.table


def complaint(folder: Path, text: str) -> str:
    with pytest.raises(ShopError) as raised:
        load(folder, text)
    message = str(raised.value)
    assert "\n" not in message
    return message.removeprefix(f"{folder / 'shop.toml'}").removeprefix(": ")


def test_the_smallest_file_has_defaults_for_all_the_rest(tmp_path: Path) -> None:
    shop = load(tmp_path, OWN)
    assert isinstance(shop, TableShop)
    assert (shop.table.repeats, shop.table.recipe, shop.table.scale, shop.table.split) == (
        2,
        "none",
        "none",
        None,
    )
    assert shop.home == tmp_path.resolve() / ".willbuy"
    assert shop.train.folds == 5


def test_load_any_tells_a_log_from_a_table(tmp_path: Path) -> None:
    assert isinstance(load(tmp_path, LOG), Shop)
    assert isinstance(load(tmp_path, OWN), TableShop)
    assert complaint(tmp_path, OWN + LOG).startswith("[table] contradicts [source]")


def test_a_command_for_logs_says_what_works_on_a_table(tmp_path: Path) -> None:
    (tmp_path / "shop.toml").write_text(OWN, encoding="utf-8")
    with pytest.raises(
        ShopError,
        match=r"is the shop file of a table .* On a table work all commands but ingest and features",
    ):
        load_shop(tmp_path / "shop.toml")


def test_a_preset_lies_beneath_column_by_column_and_key_by_key(tmp_path: Path) -> None:
    text = (
        '[table]\npreset = "online_shoppers"\nrepeats = 5\n'
        '[table.columns]\nBrowser = { missing = "Other" }\nextra = { role = "number" }\n'
    )
    found = table(tmp_path, text)
    assert (found.target, found.order, found.test_from, found.repeats) == ("Revenue", "Month", "Nov", 5)
    assert found.columns["Browser"].role == "category"
    assert found.columns["Browser"].known == "before"
    assert found.columns["Browser"].missing == "Other"
    assert found.columns["extra"].role == "number"
    assert len(found.columns) == 18


@pytest.mark.parametrize("name", presets.table_names())
def test_every_preset_loads_and_names_only_columns_of_its_table(name: str) -> None:
    found = make_table({"preset": name})
    columns = presets.get_table(name).columns or presets.get_table("online_shoppers").columns
    assert set(found.columns) | {found.target} <= set(columns)


def test_a_preset_that_changes_another_leaves_it_alone() -> None:
    assert make_table({"preset": "online_shoppers_known"}).columns["PageValues"].role == "ignore"
    assert make_table({"preset": "online_shoppers"}).columns["PageValues"].role == "number"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("[table]", 'table.target is missing. Add it, for example: target = "Revenue".'),
        ("table = 3", "table = 3: expected a table."),
        (OWN + 'targt = "x"', "unknown key table.targt. Did you mean 'target'?"),
        (OWN + 'preset = "retail_tech"', "unknown preset 'retail_tech'. There are: online_shoppers, online_shoppers_known, "
         "propensity_flags, retailtech. Did you mean 'retailtech'?"),
        (OWN + "buys = [1]", "table.buys[1] = 1: expected a text in quotes."),
        (OWN + 'others = ["no"]', "table: others needs buys."),
        (OWN + 'buys = ["a"]\nothers = ["a"]', "table: the value 'a' stands in buys and in others."),
        (OWN + 'id = "bought"', "table: target and id are the same column 'bought'."),
        (OWN + 'order_values = ["a", "b"]', "table: order_values needs order."),
        (OWN + 'order = "m"\norder_values = ["a", "a"]', "table.order_values = ['a', 'a']: the value 'a' stands there twice"),
        (OWN + 'test_from = "Nov"', "table: test_from needs order."),
        (OWN + 'order = "m"\norder_values = ["a", "b"]\ntest_from = "a"', "table: test_from = 'a': expected one of "
         "order_values after the first: b."),
        (OWN + 'split = "order"', 'table: split = "order" needs order'),
        (OWN + 'split = "fold"', "table.split = 'fold': expected one of 'order', 'folds', 'holdout'. Did you mean 'folds'?"),
        (OWN + "columns = 3", "table.columns = 3: expected a table."),
        (OWN + '[table.columns.x]\nknown = "before"', 'table.columns.x.role is missing. Add it, for example: role = "category".'),
        (OWN + '[table.columns.x]\nrole = "numbr"', "table.columns.x.role = 'numbr': expected one of 'number', 'flag', "
         "'category', 'ignore'. Did you mean 'number'?"),
        (OWN + '[table.columns.x]\nrole = "flag"\nmissin = 0', "unknown key table.columns.x.missin. Did you mean 'missing'? "
         "Known here: role, known, missing, values."),
        (OWN + '[table.columns.x]\nrole = "flag"\nmissing = "mean"', "table.columns.x: missing = 'mean': a flag takes keep, "),
        (OWN + '[table.columns.x]\nrole = "number"\nmissing = nan', "table.columns.x: missing = nan: a number takes keep, "),
        (OWN + '[table.columns.x]\nrole = "number"\nmissing = "New"', "table.columns.x: missing = 'New': a number takes keep, "),
        (OWN + '[table.columns.x]\nrole = "category"\nmissing = 0', "table.columns.x: missing = 0: a category takes keep, "),
        (OWN + '[table.columns.x]\nrole = "flag"\nvalues = ["a"]', "table.columns.x: values: a flag has none. Take them away."),
        (OWN + '[table.columns.bought]\nrole = "flag"', "table: columns: 'bought' is the target and cannot be an input too."),
        (OWN + '[table.columns."a\\"; drop table x; --\\n"]\nrole = "n"', 'table.columns."a\\"; drop table x; --\\u000a".role'),
        (OWN + '[population]\never = true', "unknown key population."),
        ('[table]\npreset = "retailtech"\n[table.columns.basket_value]\nmissing = "x"', "table.columns.basket_value: missing = 'x'"),
    ],
)  # fmt: skip
def test_a_mistake_is_named(tmp_path: Path, text: str, message: str) -> None:
    assert complaint(tmp_path, text).startswith(message)
