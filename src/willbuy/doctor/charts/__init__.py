"""The charts of the doctor's page: a file each, figures in, a Vega-Lite spec out."""
