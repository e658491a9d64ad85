"""Sinergym, for its own interpreter: its office of five zones at 15 minutes, EnergyPlus in a thread.

EnergyPlus comes with the wheel whose version its building files are written for. Sinergym asks for the data
dictionary of EnergyPlus, with which it reads the design days of a weather file; opyplus, which it needs, has
it.
"""

from __future__ import annotations

import importlib
import importlib.util
import os
import shutil
import tempfile
import time
from pathlib import Path
from typing import Any

from benchmarks.peers_clock import WARM_STEPS, Header, answer, memory_mib, protocol, rounds, timed, version_of

ID = "Eplus-5zone-hot-continuous-v1"
DICTIONARY = "V23-1-0-Energy+.idd"


class FiveZones:
    """Sinergym's environment under constant setpoints."""

    def __init__(self, gymnasium: Any, array: Any) -> None:
        self.env = gymnasium.make(ID)
        self.action = array([20.0, 25.0], dtype="float32")

    def reset(self) -> None:
        """A new episode: EnergyPlus starts, sizes, and warms up."""
        self.env.reset(seed=0)

    def step(self) -> bool:
        """Setpoints that stay."""
        _, _, ended, cut, _ = self.env.step(self.action)
        return bool(ended or cut)


def dictionary(folder: Path) -> None:
    """Put the data dictionary where Sinergym looks for it."""
    found = importlib.util.find_spec("opyplus")
    if found is None or not found.submodule_search_locations:
        raise ModuleNotFoundError("opyplus is not installed", name="opyplus")
    package = Path(found.submodule_search_locations[0])
    shutil.copy(package / "idd" / "resources" / DICTIONARY, folder / "Energy+.idd")
    os.environ["EPLUS_PATH"] = str(folder)


def main() -> None:
    """Serve."""
    out = protocol()
    with tempfile.TemporaryDirectory() as place:
        dictionary(Path(place))
        importlib.import_module("sinergym")
        gymnasium, numpy = importlib.import_module("gymnasium"), importlib.import_module("numpy")
        begin = time.process_time()
        five = FiveZones(gymnasium, numpy.array)
        reset_s = timed(five.reset)  # the first: one amid a year waits until EnergyPlus has run it to its end
        made_s = time.process_time() - begin
        for _ in range(WARM_STEPS):
            five.step()
        versions = f"{version_of('sinergym')} with EnergyPlus {version_of('pyenergyplus-lbnl')}"
        header = Header(versions, made_s, reset_s, memory_mib(), float("nan"))
        answer(out, header, lambda seconds: rounds(five, seconds, 1))
        five.env.close()


if __name__ == "__main__":
    main()
