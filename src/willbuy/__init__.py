"""willbuy: who is going to buy, how sure are we, and whom is it worth acting on."""

__version__ = "0.1.0"
