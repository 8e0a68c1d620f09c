"""Look at a table: what its columns are, who bought, and the shop file that says so."""

from willbuy.tables.look.init import init_table
from willbuy.tables.look.recognise import known_table
from willbuy.tables.look.render import render
from willbuy.tables.look.sight import ColumnSight, TableSight

__all__ = ["ColumnSight", "TableSight", "init_table", "known_table", "render"]
