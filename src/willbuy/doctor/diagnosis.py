"""What the doctor asked and found, held against what the shop file accepts."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace

from willbuy.doctor.finding import STOPS, Finding
from willbuy.errors import WillbuyError
from willbuy.evaluation.result.doctor import AskedResult, DoctorResult, FindingResult
from willbuy.shop import toml

MOST = 15  # columns whose ROC-AUC is kept
NAME = "NAME"
DROP = f'[features] drop = ["{NAME}"]'  # how a feature is left out; a table has words of its own
DOUBT = "too_true"
ORDER = ("leak", "change", "warning", "note")


class LeakFound(WillbuyError):
    """The doctor found a leak that the shop file does not accept. Nothing was trained."""


@dataclass(frozen=True)
class Asked:
    """A suspicion that was looked into: `answer` says what came of it."""

    suspicion: str
    question: str
    answer: str


Answered = tuple[list[Finding], Asked]
"""What came of one suspicion."""


@dataclass(frozen=True)
class Diagnosis:
    """Findings with what was asked, of `rows` of `of` rows; `drop` says how a column is left out of such a shop."""

    findings: tuple[Finding, ...] = ()
    asked: tuple[Asked, ...] = ()
    rows: int = 0
    of: int = 0
    sample: str = ""
    accept: Mapping[str, str] = field(default_factory=dict)
    drop: str = DROP
    alone: Mapping[str, float] = field(default_factory=dict)  # column -> its ROC-AUC alone

    @property
    def stopping(self) -> tuple[Finding, ...]:
        """The leaks and changes that the shop file does not accept.

        >>> found = Finding("too_good", "paid", "leak", "paid alone has a ROC-AUC of 1.000", "Drop it")
        >>> len(Diagnosis((found,)).stopping), len(Diagnosis((found,), accept={"too_good:paid": "it is known"}).stopping)
        (1, 0)
        """
        return tuple(one for one in self.findings if one.grade in STOPS and one.name not in self.accept)

    @property
    def idle(self) -> tuple[str, ...]:
        """Names that the shop file accepts and that were not found."""
        found = {one.name for one in self.findings}
        return tuple(name for name in self.accept if name not in found)

    @property
    def accepted(self) -> dict[str, str]:
        """What was found and is accepted: name -> the reason."""
        return {one.name: self.accept[one.name] for one in self.findings if one.name in self.accept}

    @property
    def doubts(self) -> list[str]:
        """What was found by training and is not accepted: who promotes the bundle must answer it."""
        return sorted(
            one.name for one in self.findings if one.suspicion == DOUBT and one.name not in self.accept
        )

    def refuse(self) -> None:
        """Raise LeakFound where a leak or a change is not accepted: what was found, its proof, and both ways out."""
        if self.stopping:
            raise LeakFound(self.sentence())

    def sentence(self) -> str:
        """What stops training in one line; "" without any."""
        if not self.stopping:
            return ""
        first, more = self.stopping[0], len(self.stopping) - 1
        others = f" (and {more} more: {', '.join(one.name for one in self.stopping[1:4])})" if more else ""
        one_column = first.about in self.alone and first.about in first.remedy
        drop = f" ({self.drop.replace(NAME, first.about)})" if one_column else ""
        return (
            f"the doctor found a {first.grade}, {first.name}: {first.words}{others}. Nothing was trained. {first.remedy}"
            f'{drop}; or accept it: [doctor] accept = {{ {toml.key(first.name)} = "why" }}. See all: willbuy doctor'
        )

    def plus(self, findings: Iterable[Finding], asked: Iterable[Asked]) -> "Diagnosis":
        """The same with more findings, the gravest first, each in the order in which it was asked."""
        every = sorted((*self.findings, *findings), key=lambda one: ORDER.index(one.grade))
        return replace(self, findings=tuple(every), asked=(*self.asked, *asked))

    def to_result(self) -> DoctorResult:
        """As it stands in `result.json` and in `--json`."""
        findings = [
            FindingResult(
                name=one.name,
                suspicion=one.suspicion,
                about=one.about,
                grade=one.grade,
                words=one.words,
                remedy=one.remedy,
                proof=dict(one.proof),
                accepted=self.accept.get(one.name),
            )
            for one in self.findings
        ]
        asked = [
            AskedResult(suspicion=one.suspicion, question=one.question, answer=one.answer)
            for one in self.asked
        ]
        return DoctorResult(
            findings=findings,
            asked=asked,
            rows=self.rows,
            of=self.of,
            sample=self.sample,
            idle=list(self.idle),
            alone=dict(sorted(self.alone.items(), key=lambda one: -one[1])[:MOST]),
        )


def answer(findings: list[Finding]) -> str:
    """What came of a suspicion, in words.

    >>> answer([])
    'nothing found'
    """
    if not findings:
        return "nothing found"
    return "1 finding" if len(findings) == 1 else f"{len(findings)} findings"
