"""Models: a family a file; out-of-fold predictions; calibration; the threshold; the bundle.

The serving side (`scorers`, `calibrators`, `bundle`) needs numpy and the standard library, nothing more.
"""
