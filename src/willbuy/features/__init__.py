"""Features: declared once (`algebra`), compiled to SQL (`batch`), evaluated for one entity (`live`)."""
