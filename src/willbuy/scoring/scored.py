"""What a scoring wrote."""

from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True)
class Scored:
    """What was written; `bands` counts rows by band, `contributions` names their method, None where none were asked."""

    output: str
    as_of: str | None
    n: int
    predicted: int  # how many reach the threshold
    mean_probability: float
    bands: dict[str, int]
    contributions: str | None
    model_version: str

    def to_json(self) -> dict[str, Any]:
        """For `--json`."""
        return asdict(self)

    def sentence(self) -> str:
        """For people."""
        moment = f" as of {self.as_of}" if self.as_of else ""
        bands = ", ".join(f"{count:,} {name}" for name, count in self.bands.items())
        return (
            f"Wrote {self.output}: {self.n:,} scored{moment}, {self.predicted:,} at or above the threshold, "
            f"{self.mean_probability * self.n:,.0f} buyers expected." + (f" Bands: {bands}." if bands else "")
        )
