"""Explore: one page that shows what a shop's log, or its table, holds, before any model is trained."""
