"""Steps per second of the environments, resets included: `python -m benchmarks.envs [--envs 256]`.

`--soak N` instead takes N steps at random actions, with forks and snapshots between them, and says whether
anything failed or memory grew.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import sys
import time
from collections.abc import Callable
from contextlib import suppress

import numpy as np
from gymnasium.error import ResetNeeded

from benchmarks.peers_clock import memory_mib
from twin.envs.batch import POOL
from twin.envs.single import BuildingEnv
from twin.envs.vector import BuildingVectorEnv
from twin.kpi import evaluate
from twin.physics import threads


def rate(step: Callable[[], int], seconds: float) -> float:
    """Environment steps per second over at least so many seconds."""
    done, start = 0, time.perf_counter()
    while time.perf_counter() - start < seconds:
        done += step()
    return done / (time.perf_counter() - start)


def single(scenario: str, tick_s: int, seconds: float) -> float:
    """One environment, whole episodes from the pool, one reset per episode."""
    env = BuildingEnv(scenario, tick_s=tick_s)
    action = np.zeros(len(env.action_names), dtype=np.float32)
    env.reset(seed=0)

    def step() -> int:
        for _ in range(100):
            if env.step(action)[3]:
                env.reset()
        return 100

    step()
    return rate(step, seconds)


def vector(scenario: str, tick_s: int, count: int, seconds: float) -> float:
    """A native batch, resets in the step after an episode's end; two days each, so that they weigh in."""
    env = BuildingVectorEnv(count, scenario, tick_s=tick_s, days=2)
    actions = np.zeros((count, len(env.action_names)), dtype=np.float32)
    env.reset(seed=0)

    def step() -> int:
        for _ in range(10):
            env.step(actions)
        return 10 * count

    step()
    return rate(step, seconds)


def by_threads(
    scenario: str, tick_s: int, count: int, seconds: float, numbers: tuple[int, ...]
) -> dict[int, float]:
    """Steps per second of one process by its number of threads: in turns, the median of each."""
    envs: dict[int, BuildingVectorEnv] = {}
    before = os.environ.get(threads.VARIABLE)
    for number in numbers:
        os.environ[threads.VARIABLE] = str(number)
        envs[number] = BuildingVectorEnv(count, scenario, tick_s=tick_s, days=2)
        envs[number].reset(seed=0)
    os.environ.pop(threads.VARIABLE)
    if before is not None:
        os.environ[threads.VARIABLE] = before
    found: dict[int, list[float]] = {number: [] for number in numbers}
    actions = np.zeros((count, len(envs[numbers[0]].action_names)), dtype=np.float32)
    end = time.perf_counter() + seconds * len(numbers)
    while time.perf_counter() < end:
        for number, env in envs.items():
            start = time.perf_counter()
            for _ in range(2 * 96):  # an episode
                env.step(actions)
            found[number].append(2 * 96 * count / (time.perf_counter() - start))
    return {number: float(np.median(rates)) for number, rates in found.items()}


def soak(
    scenario: str, steps: int, count: int = 64, tick_s: int = 300, forks: bool = True
) -> tuple[int, float, float]:
    """Random actions for at least so many environment steps, episodes of two days.

    With `forks`, some slot is forked twice a day of a building's, and once a day all slots are put back to a
    snapshot: their batches come and go, so that memory rises and falls by tens of MiB around what is held.

    Returns
    -------
    steps taken, memory after a tenth of them and at the end [MiB].

    Raises
    ------
    ArithmeticError
        An observation or a reward that is not finite, or another one after a snapshot was put back.
    """
    env = BuildingVectorEnv(count, scenario, tick_s=tick_s, days=2)
    env.reset(seed=0)
    rng = np.random.default_rng(0)
    batches, done, early = 0, 0, 0.0
    while done < steps:
        _random_step(env, rng)
        done, batches = done + count, batches + 1
        if forks and batches % 48 == 5:
            done += _fork_plays(env, rng, (1, 8, 32, count)[batches // 48 % 4])
        if forks and batches % 96 == 20:
            done += _put_back(env, rng)
        if not early and 10 * done >= steps:
            early = memory_mib()
    return done, early, memory_mib()


def _random_step(env: BuildingVectorEnv, rng: np.random.Generator) -> np.ndarray:
    """One step of every slot; what is seen (N, n)."""
    actions = rng.uniform(-1.0, 1.0, (env.num_envs, len(env.action_names))).astype(np.float32)
    seen, reward, *_ = env.step(actions)
    if not (np.isfinite(seen).all() and np.isfinite(reward).all()):
        raise ArithmeticError("not finite")
    return np.asarray(seen)


def _fork_plays(env: BuildingVectorEnv, rng: np.random.Generator, copies: int) -> int:
    """An hour and a half of a fork, with people of its own at times; environment steps taken."""
    taken = 0
    with suppress(ResetNeeded):  # the episode is over
        fork = env.fork(copies, int(rng.integers(env.num_envs)), reseed=bool(rng.random() < 0.3))
        for _ in range(6):
            _random_step(fork, rng)
            taken += copies
    return taken


def _put_back(env: BuildingVectorEnv, rng: np.random.Generator) -> int:
    """Play from a snapshot twice with the same actions, and put it back; environment steps taken."""
    here, seed = env.snapshot(), int(rng.integers(2**31))
    plays = []
    for _ in range(2):
        again = np.random.default_rng(seed)
        plays.append(np.stack([_random_step(env, again) for _ in range(3)]))
        env.restore(here)
    if not np.array_equal(plays[0], plays[1]):
        raise ArithmeticError("another play from the same snapshot")
    return 6 * env.num_envs


def soak_all(steps: int, scenarios: tuple[str, ...]) -> None:
    """Print what a soak of each scenario finds; ends with 1 where one fails."""
    failed = False
    for name in scenarios:
        start = time.perf_counter()
        try:
            done, early, late = soak(name, steps // len(scenarios))
        except Exception as error:  # whatever it is, it is what a soak looks for
            failed = True
            print(f"{name:<12} FAILED: {error!r}")
            continue
        speed = done / (time.perf_counter() - start)
        memory = f"memory {early:.0f} MiB {late - early:+.1f}"
        print(f"{name:<12} {done:>12,} steps, all finite, {memory}, {speed:,.0f} steps/s")
    sys.exit(1 if failed else 0)


def reset_ms(scenario: str, pool: int) -> float:
    """Mean time of a reset [ms]: from the pool, or with people, devices and a warm-up of its own (pool 0)."""
    env = BuildingEnv(scenario, pool=pool)
    env.reset(seed=1000)
    start = time.perf_counter()
    for _ in range(10):
        env.reset()
    return (time.perf_counter() - start) * 100.0


def snapshot_us(scenario: str) -> float:
    """Snapshot and restore together [us], best of five rounds."""
    env = BuildingEnv(scenario)
    env.reset(seed=0)

    def once() -> float:
        start = time.perf_counter()
        for _ in range(2000):
            env.restore(env.snapshot())
        return (time.perf_counter() - start) * 500.0

    return min(once() for _ in range(5))


def fork_us(scenario: str, count: int, *, first: bool = False, step: bool = False) -> float:
    """A fork of so many copies [us], best of rounds; the first of an episode, or with its first step."""
    env = BuildingEnv(scenario)
    env.reset(seed=0)
    action = np.zeros((count, len(env.action_names)), dtype=np.float32)
    for _ in range(40):
        env.step(action[0])

    def once() -> float:
        start = time.perf_counter()
        fork = env.fork(count)
        if step:
            fork.step(action)
        return (time.perf_counter() - start) * 1e6

    def begun() -> float:
        env.reset(seed=0)
        return once()

    return min((begun if first else once)() for _ in range(1000 if count == 1 else 100))


def coarser(scenario: str) -> dict[str, tuple[float, float]]:
    """Indicators of a winter and a summer week, comfort bounds as setpoints, at ticks of 60 and 300 s."""
    sums = {name: [0.0, 0.0] for name in ("ener_tot", "tdis_tot", "tdis_occ", "idis_occ")}
    for start in ("2023-01-16", "2023-07-10"):
        for i, tick in enumerate((60, 300)):
            env = BuildingEnv(scenario, tick_s=tick, start=start, days=7, pool=1)
            env.reset(seed=0)
            nothing = np.full(len(env.action_names), np.nan)
            while not env.step(nothing)[3]:
                pass
            values = evaluate(env.batch.simulator)[0].values
            for name, pair in sums.items():
                pair[i] += values[name] or 0.0
    return {name: (pair[0], pair[1]) for name, pair in sums.items()}


def several(scenario: str, tick_s: int, count: int, seconds: float, cores: int) -> float:
    """The sum over so many processes with a batch each."""
    with multiprocessing.get_context("spawn").Pool(cores) as pool:
        rates = pool.starmap(vector, [(scenario, tick_s, count, seconds)] * cores)
    return float(sum(rates))


def learned(scenario: str) -> list[tuple[str, float, str]]:
    """PPO on 64 environments as a share of PPO on ones that do nothing; no rows without the extra `rl`."""
    try:
        from benchmarks.ppo import share
    except ImportError:
        return []
    shares = ((tick, share(scenario, tick)) for tick in (60, 300))
    return [(f"PPO, tick {tick} s, of an idle environment", 100.0 * own, "%") for tick, (own, _) in shares]


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--scenario", default="office")
    parser.add_argument("--envs", type=int, default=256)
    parser.add_argument("--cores", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=3.0)
    parser.add_argument("--soak", type=int, metavar="STEPS", help="random actions, no table")
    given = parser.parse_args()
    if given.soak:
        soak_all(given.soak, ("classroom", "home", "office", "school"))
    name, count, seconds = given.scenario, given.envs, given.seconds
    load = f", load {os.getloadavg()[0]:.1f}" if hasattr(os, "getloadavg") else ""
    print(f"{threads.cores()} cores{load}")
    print(f"{name}, control step 900 s, pool of {POOL} episodes, resets included")
    rows: list[tuple[str, float, str]] = []
    for tick in (60, 300):
        rows.append((f"single, tick {tick} s", single(name, tick, seconds), "steps/s"))
        for number, found in by_threads(name, tick, count, seconds, (1, given.cores)).items():
            rows.append((f"vector of {count}, tick {tick} s, threads: {number}", found, "steps/s"))
        many = several(name, tick, count, seconds, given.cores)
        rows.append((f"{given.cores} processes of {count}, tick {tick} s", many, "steps/s"))
    rows.append(("reset from the pool", reset_ms(name, POOL), "ms"))
    rows.append(("reset with a fresh seed (pool 0)", reset_ms(name, 0), "ms"))
    rows.append(("snapshot and restore", snapshot_us(name), "us"))
    rows.append(("fork, one copy", fork_us(name, 1), "us"))
    rows.append(("fork, one copy, the first of an episode", fork_us(name, 1, first=True), "us"))
    rows.append(("fork, one copy, and its first step", fork_us(name, 1, step=True), "us"))
    rows += [(f"fork, {copies} copies", fork_us(name, copies), "us") for copies in (32, 256)]
    rows += learned(name)
    for what, value, unit in rows:
        print(f"{what:<42} {value:>12,.3g} {unit}" if value < 1000 else f"{what:<42} {value:>12,.0f} {unit}")
    for indicator, (fine, coarse) in coarser(name).items():
        off = f"{100.0 * (coarse / fine - 1.0):+.1f} %" if fine else "-"
        print(f"{indicator + ', tick 60 s and 300 s':<42} {fine:>12.4g} {coarse:>10.4g}  {off}")


if __name__ == "__main__":
    main()
