"""Run one controller on one scenario; compare many over the same seeds; write results folders."""

from twin.experiment.comparison import Comparison, compare
from twin.experiment.single import Run, run

__all__ = ["Comparison", "Run", "compare", "run"]
