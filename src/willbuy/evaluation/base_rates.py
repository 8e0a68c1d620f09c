"""The base rates of the parts: are they so far apart that train and test may not ask the same question (G8)?"""

from collections.abc import Sequence

from willbuy.evaluation.result.rows import Part
from willbuy.evaluation.words import figure, percent

LIKE = (0.67, 1.5)  # of the training part's rate: outside, something changed that calibration cannot know
EXPECTED = 20  # buyers at the training part's rate: a part that should hold fewer strays by chance


def unlike_rates(parts: Sequence[Part]) -> list[str]:
    """A warning for each part whose base rate is not within 0.67 to 1.5 times the training part's.

    The embargo is left out: it belongs to neither side.

    >>> def part(name, rate): return Part(part=name, anchors=[], n=1000, positives=int(1000 * rate), base_rate=rate)
    >>> unlike_rates([part("train", 0.02), part("test", 0.021)])
    []
    >>> print(*unlike_rates([part("train", 0.02), part("test", 0.05)]))
    The base rate of the test part is 2.5 times that of the training part (5.0 % against 2.0 %): something changed between them.
    """
    train = next((part["base_rate"] for part in parts if part["part"] == "train"), None)
    if not train:
        return []
    rates = {
        part["part"]: part["base_rate"]
        for part in parts
        if part["part"] not in ("train", "embargo") and part["n"] * train >= EXPECTED
    }
    return [
        f"The base rate of the {name} part is {figure(rate / train, 1)} times that of the training part"
        f" ({percent(rate)} against {percent(train)}): something changed between them."
        for name, rate in rates.items()
        if rate is not None and not LIKE[0] <= rate / train <= LIKE[1]
    ]
