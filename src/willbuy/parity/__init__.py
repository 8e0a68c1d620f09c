"""Parity: proofs that what a service computes is what training saw, value by value, to the bit."""

from willbuy.parity.proof import Proof
from willbuy.parity.proving import prove

__all__ = ["Proof", "prove"]
