"""The words: propensity is not uplift, and nothing says that it is."""

import re
from pathlib import Path

CLAIM = re.compile(
    r"\bincremental|uplift|(extra|additional|more) (sales|revenue|profit|purchases)", re.IGNORECASE
)
DENIED = re.compile(r"propensity (is not|sold as) uplift", re.IGNORECASE)


def test_nothing_claims_what_only_a_control_group_shows(root: Path) -> None:
    pages = [root / "README.md", *(root / "docs").glob("*.md"), *(root / "src").rglob("*.py")]
    found = [
        f"{page.name}: {line.strip()}"
        for page in pages
        for line in page.read_text(encoding="utf-8").splitlines()
        if CLAIM.search(DENIED.sub("", line))
    ]
    assert found == []


def test_the_check_sees_a_claim() -> None:
    assert CLAIM.search("brings incremental revenue") and CLAIM.search("how much more profit it makes")
    assert not CLAIM.search(DENIED.sub("", "Propensity is not uplift."))
