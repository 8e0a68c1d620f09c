"""One benchmark a file: its sides, the proof that they agree, and the bars it must meet."""
