"""Tables: one row a session or customer. Reading one, looking at one, and making one up."""

from willbuy.tables.order import place_of
from willbuy.tables.read import read_table
from willbuy.tables.rows import TableRows

__all__ = ["TableRows", "place_of", "read_table"]
