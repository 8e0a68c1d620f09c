"""The charts of the report: a file each, an Altair chart in, a Vega-Lite spec out. Colours of text and lines are in page.css."""
