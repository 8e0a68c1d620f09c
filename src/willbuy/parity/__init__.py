"""Parity: proofs that what a service computes is what training saw, value by value, to the bit."""

from willbuy.parity.differences import Served
from willbuy.parity.proof import Proof
from willbuy.parity.proving import prove
from willbuy.parity.served import prove_served

__all__ = ["Proof", "Served", "prove", "prove_served"]
