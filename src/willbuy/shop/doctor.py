"""What the shop file may say to the doctor."""

from typing import Annotated

from pydantic import AfterValidator

from willbuy.shop.section import Section, key


def _reasoned(accepted: dict[str, str]) -> dict[str, str]:
    """Refuse an acceptance without a reason: the report prints it, and an empty one tells nobody anything."""
    for name, reason in accepted.items():
        if not name.strip():
            raise ValueError("a finding is accepted by its name, such as 'known_when:PageValues'")
        if not reason.strip():
            raise ValueError(f"{name!r} is accepted without a reason: write why, the report prints it")
    return accepted


class Doctor(Section):
    """Findings of the leak audit that are accepted. See `willbuy doctor`."""

    accept: Annotated[dict[str, str], AfterValidator(_reasoned)] = key(
        "Findings that shall not stop training: the name of each, and the reason, which the report prints.",
        {"too_good:days_to_delivery": "known when the order form opens, before anything is bought"},
        {},
    )
