"""Fingerprints of what a shop file declares about its source: two ingests of one shop must agree on them."""

import hashlib
import json
from dataclasses import asdict

from willbuy.events.presets import ResolvedSource
from willbuy.events.rules import RULES

TYPING = 2
"""Raised when silver is another than earlier versions of willbuy would make of the same rows: it is then made anew."""

_READING = ("format", "delimiter", "header", "encoding")


def reading_of(source: ResolvedSource) -> str:
    """The fingerprint of how a file's text is read; bronze depends on it. Hashed ids stand in bronze already."""
    declared = {name: value for name, value in asdict(source).items() if name in _READING}
    if source.hash_ids:
        declared["hashed"] = [source.columns["entity"], source.drop_suffix.get("entity", "")]
    return _digest(declared)


def live_reading_of(source: ResolvedSource) -> str:
    """The fingerprint of how live events lie in bronze: the same whatever files look like, but for hashed ids."""
    return _digest({"live": 1, "hash_ids": source.hash_ids})


def settings_of(source: ResolvedSource) -> str:
    """The fingerprint of all that decides which events a source's rows become; silver depends on it.

    What was taken out (erased, expired) decides nothing about other rows: those rules are left out.
    """
    declared = {name: value for name, value in asdict(source).items() if name != "preset"}
    rules = [rule.name for rule in RULES if rule.name not in ("erased", "expired")]
    return _digest({**declared, "typing": TYPING, "rules": rules})


def _digest(content: dict[str, object]) -> str:
    return hashlib.sha256(json.dumps(content, sort_keys=True).encode()).hexdigest()
