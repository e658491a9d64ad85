"""Figures and the HTML page, from a results folder alone."""

from twin.report.page import write_joint_report, write_report

__all__ = ["write_joint_report", "write_report"]
