"""OCHRE, for its own interpreter: the dwelling, schedules and weather of its own examples.

`python -m benchmarks.peers_ochre 15`: its time step in minutes; control steps are of 15 minutes.
"""

from __future__ import annotations

import importlib
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from benchmarks.peers_clock import serve, version_of

CONTROL_MIN = 15
DAYS = 28
CONTROL = {"HVAC Heating": {"Setpoint": 20.0}, "HVAC Cooling": {"Setpoint": 26.0}}


class Dwelling:
    """A house with a heat pump, a heat pump water heater and appliances, commanded every 15 minutes."""

    def __init__(self, module: Any, minutes: int) -> None:
        self.module, self.minutes = module, minutes
        self.updates = CONTROL_MIN // minutes
        self.left = 0
        self.reset()

    def reset(self) -> None:
        """Make the dwelling anew, as its own examples do; one day beforehand settles it."""
        place = Path(self.module.__file__).parent / "defaults"
        house = place / "Input Files"
        self.dwelling = self.module.Dwelling(
            name="house",
            start_time=datetime(2018, 1, 15),  # noqa: DTZ001 - local time without a zone is its interface
            time_res=timedelta(minutes=self.minutes),
            duration=timedelta(days=DAYS),
            initialization_time=timedelta(days=1),
            hpxml_file=str(house / "bldg0112631-up11.xml"),
            hpxml_schedule_file=str(house / "bldg0112631_schedule.csv"),
            weather_file=str(place / "Weather" / "USA_CO_Denver.Intl.AP.725650_TMY3.epw"),
            verbosity=0,
            save_results=False,
        )
        self.left = DAYS * 24 * 60 // CONTROL_MIN

    def step(self) -> bool:
        """Constant setpoints."""
        for _ in range(self.updates):
            self.dwelling.update(CONTROL)
        self.left -= 1
        return self.left == 0


if __name__ == "__main__":
    ochre = importlib.import_module("ochre")
    serve(version_of("ochre-nrel"), lambda: Dwelling(ochre, int(sys.argv[1])), more=1, resets=1)
