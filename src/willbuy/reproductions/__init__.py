"""Five published systems, each in one file: its method re-written from its description, ours on the same rows, and what was wrong."""

from willbuy.reproductions.reproduce import SYSTEMS, reproduce
from willbuy.reproductions.result import Reproduction

__all__ = ["SYSTEMS", "Reproduction", "reproduce"]
