"""The report: one self-contained HTML page, rendered from a run's result and nothing else.

A section a file in `sections`, a chart a file in `charts`; `page.py` puts them together. The page asks nothing of the
network: styles, data and the drawing library stand in it.
"""

from willbuy.evaluation.report.page import render_page, write_report

__all__ = ["render_page", "write_report"]
