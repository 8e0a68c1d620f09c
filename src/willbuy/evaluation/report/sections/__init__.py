"""The sections of the report: a file each, a result in, HTML out. A section without its data is left out."""
