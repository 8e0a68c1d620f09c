"""The shape of what the doctor found, as it stands in a run's result and in `willbuy doctor --json`."""

from typing import Any, TypedDict


class FindingResult(TypedDict):
    """A suspicion of the doctor that held, and why it is accepted where it is."""

    name: str  # what the shop file accepts it by: "known_when:PageValues"
    suspicion: str
    about: str
    grade: str  # "leak", "warning", "note"
    words: str
    remedy: str
    proof: dict[str, Any]
    accepted: str | None  # the shop file's reason


class AskedResult(TypedDict):
    """A suspicion that the doctor looked into, whether it held or not."""

    suspicion: str
    question: str
    answer: str  # "nothing found", "2 findings", or why it could not be asked


class DoctorResult(TypedDict):
    """What the doctor asked and found, before training and after it."""

    findings: list[FindingResult]
    asked: list[AskedResult]
    rows: int  # examined
    of: int
    sample: str  # which rows were examined, in words
    alone: dict[str, float]  # the columns with the highest ROC-AUC alone
    idle: list[str]  # accepted in the shop file, and found no more


def idle_words(name: str) -> str:
    """What is said of an acceptance that accepts nothing any more."""
    return f"[doctor] accept names {name}, which was not found: the line can go."
