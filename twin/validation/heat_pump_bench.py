"""Steady minutes of the NIST air-source heat pump bench, in SI units."""

from __future__ import annotations

from functools import lru_cache
from pathlib import Path
from typing import NamedTuple

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from twin.physics import psychrometrics as psy

Array = NDArray[np.float64]

FOLDER = "nist_hil_ashp"
FILE = "all_runs_1min.parquet"
MINUTES = 1440  # of a run
STANDARD_DENSITY = 1.2014  # 0.075 lb/ft3, the standard air of the bench's flow meter [kg/m3]
CFM, POUND, INCH_OF_MERCURY = 0.3048**3 / 60.0, 0.45359237, 3386.389
CP_CONDENSATE = 4186.0
# a minute counts once stage and compressor have stood for ten minutes, outdoor air and power within these
SETTLED, OUTDOOR_SWING, POWER_SWING, COMPRESSOR_ON_W = 10, 1.0, 0.05, 500.0


class Bench(NamedTuple):
    """Steady minutes, all (n,).

    Parameters
    ----------
    run, stage
        Number of the run; 1 low, 2 high.
    outdoor, room, damp
        Dry bulb at the outdoor unit and of the air from the room [°C]; humidity ratio of that air [kg/kg].
    flow
        Supply air [kg/s].
    net, latent, gross
        Heat that the unit takes from the room; its latent part; with its indoor fan's heat, as the coil [W].
    power
        Outdoor unit: compressor and condenser fan [W].
    refrigerant
        Flow [kg/s].
    """

    run: NDArray[np.int64]
    stage: NDArray[np.int64]
    outdoor: Array
    room: Array
    damp: Array
    flow: Array
    net: Array
    latent: Array
    gross: Array
    power: Array
    refrigerant: Array

    @property
    def cop(self) -> Array:
        """Heat of the coil over power of the outdoor unit."""
        return self.gross / self.power


@lru_cache(maxsize=1)
def read_bench(folder: Path) -> Bench:
    """Read the bench's runs and keep the steady minutes.

    Parameters
    ----------
    folder
        Folder with all_runs_1min.parquet.

    Raises
    ------
    OSError
        Where the file is not there.
    """
    frame = pd.read_parquet(folder / FILE)
    run = np.arange(len(frame)) // MINUTES
    return _steady(frame, run)


def _column(frame: pd.DataFrame, name: str) -> Array:
    return np.asarray(frame[name], dtype=np.float64)


def _celsius(frame: pd.DataFrame, name: str) -> Array:
    return (_column(frame, name) - 32.0) / 1.8


def _humidity(dew_point: Array, pressure: Array) -> Array:
    """Humidity ratio of air of a dew point; few different readings, so each is computed once."""
    readings, where = np.unique(dew_point, return_inverse=True)
    vapour = np.array([psy.saturation_pressure(t) for t in readings])[where]
    ratio: Array = psy.MOLAR_RATIO * vapour / (pressure - vapour)
    return ratio


def _steady(frame: pd.DataFrame, run: NDArray[np.int64]) -> Bench:
    pressure = _column(frame, "local_pres") * INCH_OF_MERCURY
    room, supply = _celsius(frame, "zn_temp"), _celsius(frame, "sa_temp")
    damp = _humidity(_celsius(frame, "zn_temp_dp"), pressure)
    dry = _humidity(_celsius(frame, "sa_temp_dp"), pressure)
    flow = _column(frame, "sa_flow") * CFM * STANDARD_DENSITY
    water = damp - dry
    enthalpy = psy.CP_AIR * (room - supply) + damp * (psy.LATENT + psy.CP_VAPOUR * room)
    enthalpy -= dry * (psy.LATENT + psy.CP_VAPOUR * supply)
    net = flow * (enthalpy - water * CP_CONDENSATE * supply)
    stage = np.asarray(frame["stg"], dtype=np.int64)
    power, outdoor = _column(frame, "od_power"), _celsius(frame, "oa_temp")
    keep = _stands(run, stage, power, outdoor) & (supply < room)
    latent, gross = flow * water * psy.CONDENSATION, net + _column(frame, "id_power")
    refrigerant = _column(frame, "ref_flow") * POUND / 60.0
    return Bench(
        run[keep], stage[keep], outdoor[keep], room[keep], damp[keep], flow[keep], net[keep], latent[keep],
        gross[keep], power[keep], refrigerant[keep],
    )  # fmt: skip


def _stands(
    run: NDArray[np.int64], stage: NDArray[np.int64], power: Array, outdoor: Array
) -> NDArray[np.bool_]:
    """Minutes after which nothing has moved for SETTLED minutes."""
    changed = np.r_[True, (stage[1:] != stage[:-1]) | (run[1:] != run[:-1])]
    index = np.arange(stage.size)
    age = index - np.maximum.accumulate(np.where(changed, index, 0))
    low, high, mean = (_rolling(power, how) for how in ("min", "max", "mean"))
    swing = _rolling(outdoor, "max") - _rolling(outdoor, "min")
    steady = (high - low < POWER_SWING * mean) & (swing < OUTDOOR_SWING)
    found: NDArray[np.bool_] = (stage > 0) & (age >= SETTLED) & (low > COMPRESSOR_ON_W) & steady
    return found


def _rolling(values: Array, how: str) -> Array:
    return np.asarray(getattr(pd.Series(values).rolling(SETTLED), how)(), dtype=np.float64)
