"""The charts of the page: a shape a file, rows in, a Vega-Lite spec out. Colours hold for colour-blind readers (Okabe and Ito)."""
