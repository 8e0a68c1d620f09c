"""What is not claimed, and what is needed to make this page again."""

from willbuy.evaluation.report.html import Html, escape, section, table, tag
from willbuy.evaluation.result.run import Result
from willbuy.evaluation.words import count

CLAIMS = (
    (
        "Propensity is not uplift.",
        "A high probability says that somebody is likely to buy, not that a message or a discount would make them. Many of the"
        " best-scored buy anyway. What an action adds can only be read off a control group, drawn at random, that is left alone.",
    ),
    (
        "The intervals cover one kind of chance.",
        "They say how far the figures could differ with other visitors of the same days. A season, a sale or a new shop"
        " front is not in them.",
    ),
    (
        "These figures are spent.",
        "The test part was opened once. Whoever changes the model because of this page needs new data to test it on.",
    ),
    (
        "Importance is not cause.",
        "A feature that the model leans on tells who buys; changing it need not change anybody’s mind.",
    ),
)


def claims(result: Result) -> Html:
    """The section."""
    items = [tag("li", tag("strong", escape(head)), " ", escape(text)) for head, text in CLAIMS]
    notes = [tag("li", escape(note)) for note in result.get("notes") or []]
    return section("claims", "What is not claimed", tag("ul", *items, *notes, class_="claims"))


def again(result: Result) -> Html:
    """Run, bundle, seeds, versions: what the same page would be made from."""
    boot = result["test"]["bootstrap"]
    rows: list[list[str]] = [
        ["run", escape(result["run"])],
        ["model", escape(result["model"])],
        ["bundle", f"<code>{escape(result['bundle'])}</code>"],
        [
            "intervals",
            escape(
                f"95 %, {count(boot['draws'])} bootstrap draws of {count(boot['entities'])} entities, seed {boot['seed']}"
            ),
        ],
        *([f"seed: {escape(name)}", str(escape(seed))] for name, seed in (result.get("seeds") or {}).items()),
        *(
            [str(escape(name)), str(escape(version))]
            for name, version in (result.get("versions") or {}).items()
        ),
    ]
    return section("again", "To make it again", table(["", ""], rows))
