"""The page of a validation: numbers against their references, from a results folder alone."""

from twin.report.validation.page import write_validation_report
from twin.report.validation.record import ValidationRecord, read_validation

__all__ = ["ValidationRecord", "read_validation", "write_validation_report"]
