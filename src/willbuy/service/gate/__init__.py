"""The gate: who may come in, how often and with how much, and what is counted of it."""
