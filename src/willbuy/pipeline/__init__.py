"""Training: from an ingested log to a bundle and a result. The steps, in order, stand in `steps.py`."""

from willbuy.pipeline.result import summary
from willbuy.pipeline.steps import STEPS, train

__all__ = ["STEPS", "summary", "train"]
