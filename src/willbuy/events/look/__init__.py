"""`willbuy init`: look at a log, show what was seen, write a commented shop file."""

from willbuy.events.look.init import init
from willbuy.events.look.looking import look
from willbuy.events.look.render import render
from willbuy.events.look.sight import Sight
from willbuy.events.look.write import shop_text, write_shop_file

__all__ = ["Sight", "init", "look", "render", "shop_text", "write_shop_file"]
