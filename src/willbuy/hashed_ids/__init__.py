"""Keyed hashes of ids: what stands in place of an entity's id where the shop file says `hash_ids`, and who was erased."""

from willbuy.hashed_ids.hasher import Hasher, entity_of, open_hasher
from willbuy.hashed_ids.suppression import Suppression

__all__ = ["Hasher", "Suppression", "entity_of", "open_hasher"]
