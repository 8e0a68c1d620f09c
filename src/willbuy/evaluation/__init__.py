"""Metrics with intervals, simple rules, the verdict, the report.

evaluate.py is the one evaluation that every command uses; cells.py, ranking.py, probability.py and decision.py hold its
metrics, resample.py its draws, rules.py and verdict.py what a model is held against, report/ the page.
"""
