"""The doctor: suspicions about a table or a log, one a file, each with its proof."""
