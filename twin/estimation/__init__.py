"""Models from telemetry: record what devices deliver, identify, validate."""

from twin.estimation.identify import identify
from twin.estimation.record import Telemetry, record
from twin.estimation.run import model_for, quality

__all__ = ["Telemetry", "identify", "model_for", "quality", "record"]
