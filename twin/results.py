"""Results folders: where they are, what their manifest says, and how files get there whole or not at all."""

from __future__ import annotations

import hashlib
import json
import math
import os
import platform
import shutil
import time
from collections.abc import Mapping
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, Literal

from twin import __version__
from twin.basics.errors import ResultsError
from twin.physics.compile import source_hash
from twin.telemetry.storage import whole_file

State = Literal["running", "complete", "interrupted", "failed"]
FORMAT = 1
RESULTS = "results"
PACKAGES = ("numpy", "scipy", "numba", "simpy", "pandas", "pyarrow", "pvlib", "pydantic")
_SPARE_BYTES = 20_000_000  # left free beside what a run is expected to write
_RESERVE_BYTES = 65_536  # kept for the last manifest, more than ten times its usual size


def write_text(path: Path, text: str) -> None:
    """Write a file that is either there and whole or as it was before.

    Raises
    ------
    ResultsError
        Full disk, no permission, folder gone; no half-written file stays.
    """
    with whole_file(path, "results") as stream:
        stream.write(text.encode())


def write_json(path: Path, data: Mapping[str, Any]) -> None:
    """Write JSON atomically; NaN and infinity become null, as other programs refuse them."""
    write_text(path, json.dumps(_plain(data), indent=1, ensure_ascii=False, allow_nan=False) + "\n")


def _plain(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {str(key): _plain(item) for key, item in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(item) for item in value]
    if hasattr(value, "item") and not isinstance(value, str):
        value = value.item()  # numpy scalars
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    return value if value is None or isinstance(value, bool | int | str) else str(value)


def read_json(path: Path) -> dict[str, Any]:
    """Read a JSON object; raises ResultsError where it is missing or damaged."""
    try:
        data = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise ResultsError("cannot read results", file=path, value=str(error)) from error
    if not isinstance(data, dict):
        raise ResultsError("does not hold a JSON object", file=path)
    return data


def make_folder(out: str | Path | None, name: str, expected_bytes: int = 0) -> Path:
    """A new, empty results folder that can be written to.

    Parameters
    ----------
    out
        The folder itself; it must be new or empty. None: `results/<name>`, with a number where that exists.
    name
        The run id.
    expected_bytes
        What the run is expected to write.

    Raises
    ------
    ResultsError
        The folder is not empty, cannot be made or written, or the disk is too full; nothing is left behind.
    """
    folder = _free(Path(RESULTS) / name) if out is None else Path(out)
    existed = out is not None and folder.exists()
    try:
        if existed and (not folder.is_dir() or any(folder.iterdir())):
            raise ResultsError(
                "there is something here already", file=folder, allowed="a folder that is new or empty"
            )
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise ResultsError(f"cannot make the results folder: {error.strerror}", file=folder) from error
    if free < expected_bytes + _SPARE_BYTES:
        if not existed:
            folder.rmdir()
        raise ResultsError(
            "the disk is too full for this run",
            file=folder,
            value=f"{free / 1e6:.0f} MB free",
            allowed=f"at least {(expected_bytes + _SPARE_BYTES) / 1e6:.0f} MB",
        )
    return folder


def _free(folder: Path) -> Path:
    """A folder made for us alone: another run may have begun in the same second."""
    number, found = 2, folder
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        while not _made(found):
            found, number = folder.with_name(f"{folder.name}-{number}"), number + 1
        return found
    except OSError as error:
        raise ResultsError(f"cannot make the results folder: {error.strerror}", file=folder) from error


def _made(folder: Path) -> bool:
    try:
        folder.mkdir()
    except FileExistsError:
        return False
    return True


def run_id(scenario: str, what: str, moment: datetime | None = None) -> str:
    """`<scenario>-<what>-<YYYYmmdd-HHMMSS>`, on the person's own clock."""
    moment = moment or datetime.now().astimezone()
    return f"{scenario}-{what}-{moment:%Y%m%d-%H%M%S}"


def versions() -> dict[str, str]:
    """Versions of this package, of Python and of what the numbers rest on."""
    found = {"building-twin": __version__, "python": platform.python_version()}
    for package in PACKAGES:
        try:
            found[package] = version(package)
        except PackageNotFoundError:
            found[package] = "unknown"
    return found


def digest(text: str) -> str:
    """SHA-256 of a text, as hex digits."""
    return hashlib.sha256(text.encode()).hexdigest()


class Manifest:
    """manifest.json of one folder: written first, replaced whole at every change.

    Room for the last one is kept from the start, in a hidden file, so that a disk that fills up meanwhile
    cannot leave a folder that claims to be running.

    Parameters
    ----------
    folder
        The results folder.
    content
        What is known at the start; format, state, versions, platform and start time are added.
    """

    def __init__(self, folder: Path, content: Mapping[str, Any]) -> None:
        self.path = folder / "manifest.json"
        self._reserve = folder / ".manifest.reserve"
        self._begin = time.perf_counter()
        self.content: dict[str, Any] = {
            "format": FORMAT,
            "kind": "run",
            "state": "running",
            **content,
            "versions": versions(),
            "platform": platform.platform(),
            "started": _now(),
            "wall_s": 0.0,
        }
        write_json(self.path, self.content)
        write_text(self._reserve, " " * _RESERVE_BYTES)

    def finish(self, state: State, **more: Any) -> dict[str, Any]:
        """Set the final state and whatever else is known now; returns the content."""
        wall = round(time.perf_counter() - self._begin, 3)
        self.content |= {"state": state, "finished": _now(), "wall_s": wall, **more}
        self._reserve.unlink(missing_ok=True)
        write_json(self.path, self.content)
        return self.content

    def fail(self, error: BaseException) -> None:
        """Note what ended the run: an interruption by a person, or a failure."""
        state: State = "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
        self.finish(state, error=str(error) or type(error).__name__)


def _now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds").replace("+00:00", "Z")


def physics_hash() -> str:
    """Hash of the physics sources that made the numbers."""
    import twin.physics

    return source_hash(Path(twin.physics.__file__).parent)
