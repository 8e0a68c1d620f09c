"""Finished runs, listed, compared and mirrored into MLflow; all of it reads a run's folder and changes nothing in it.

MLflow mirrors: whoever wants its pages, its search or a registry beside other models has the runs there as well. What is
used to score is decided by willbuy alone, never by an alias in a registry.
"""
