"""A reproduction as text and as Markdown: what is comparable stands in one table, and nothing is left out."""

import json

from willbuy.reproductions.render import as_markdown, as_text
from willbuy.reproductions.result import Data, Reproduction, Row, Wrong, published

OURS = Row(
    who="willbuy", on="the test", figures={"f1": {"value": 0.5, "low": 0.4, "high": 0.6}}, n=10, positives=4
)
GAP = Row(
    who="gap", on="the test", figures={"f1": {"value": -0.1, "low": -0.2, "high": 0.05}}, difference=True
)
FOUND = Reproduction(
    system="made_up",
    title="Made up",
    source="nowhere",
    method="a guess.",
    data=[Data(source="rows.csv", rows=1234, positives=56)],
    published=[published("guess", "the test", f1=0.88, roc_auc=0.89245)],
    reproduced=[],
    rules=[OURS | {"who": "the truth", "kind": "truth"}],
    ours=[GAP, OURS, OURS | {"on": "other rows", "note": "forest"}],
    wrong=[Wrong(words="It was a guess.", figures={"guesses": 1.0})],
    verdict="Do not use it.",
)


def test_text_and_page_hold_the_same() -> None:
    for text in (as_text(FOUND), as_markdown(FOUND)):
        for held in (
            "1,234 rows, 56 bought",
            "0.89245",
            "0.500 (0.400 to 0.600)",
            "willbuy (forest)",
            "It was a guess.",
        ):
            assert held in text
        assert text.index("The test: 10 rows, 4 bought") < text.index("Other rows: 10 rows, 4 bought")
        assert text.index("It was a guess.") < text.index("Do not use it.")


def test_a_table_has_the_metrics_of_its_rows_alone() -> None:
    tables = as_markdown(FOUND).split("**Other rows")
    assert "| | | ROC-AUC | F1 |" in tables[0].replace("|  |  |", "| | |")
    assert "| published | guess | 0.89245 | 0.88 |" in tables[0]
    assert "| truth | the truth | – | 0.500 (0.400 to 0.600) |" in tables[0]
    assert "ROC-AUC" not in tables[1]


def test_it_is_json() -> None:
    assert json.loads(json.dumps(FOUND, allow_nan=False)) == FOUND
