"""The project's numba decorators: no fastmath, IEEE division, and a cache that notices edited callees.

numba's own cache looks at the file of the cached function only. The cache folder is therefore named by a
hash of every physics source, so that an edit anywhere in physics compiles anew.
"""

from __future__ import annotations

import hashlib
import os
import sys
from collections.abc import Callable
from functools import cache
from pathlib import Path
from typing import Any, TypeVar

import numba
from numba.core import config
from numba.core.registry import CPUDispatcher

F = TypeVar("F", bound=Callable[..., Any])


def source_hash(folder: Path) -> str:
    """Hash of every Python file in `folder`, names included (16 hex digits)."""
    digest = hashlib.sha256()
    for path in sorted(folder.glob("*.py")):
        digest.update(path.name.encode())
        digest.update(path.read_bytes())
    digest.update(numba.__version__.encode())
    return digest.hexdigest()[:16]


@cache
def cache_folder() -> Path | None:
    """Folder for compiled physics, or None where no place is writable (then it compiles in each process)."""
    base = os.environ.get("TWIN_CACHE_DIR") or os.environ.get("XDG_CACHE_HOME")
    root = Path(base) if base else Path.home() / ".cache"
    if sys.platform == "win32" and not base:
        root = Path(os.environ.get("LOCALAPPDATA", str(root)))
    folder = root / "building-twin" / f"physics-{source_hash(Path(__file__).parent)}"
    try:
        folder.mkdir(parents=True, exist_ok=True)
        probe = folder / f".probe-{os.getpid()}"
        probe.touch()
        probe.unlink()
    except OSError:
        return None
    return folder


def is_compiled() -> bool:
    """True where an earlier process left compiled physics for this very source."""
    folder = cache_folder()
    return folder is not None and any(folder.rglob("kernel.advance*.nbc"))


class _Part(CPUDispatcher):
    """A part of the physics that is compiled into its callers only.

    It has no wrapper of its own for Python and no reference counts, which halves compiling and makes a tick
    five times faster; what it works on is owned by the caller. Called from Python, as tests do, it compiles
    itself a second time with a wrapper.
    """

    def __call__(self, *arguments: Any) -> Any:
        if not hasattr(self, "from_python"):
            self.from_python = numba.njit(error_model="numpy")(self.py_func)
        return self.from_python(*arguments)


_PART = {"error_model": "numpy", "nopython": True, "no_cpython_wrapper": True, "no_cfunc_wrapper": True,
         "_nrt": False, "forceinline": True}  # fmt: skip


def njit(function: F) -> F:
    """Compile a function of the physics into its callers; it may not allocate arrays (take scratch instead)."""
    return _Part(function, targetoptions=dict(_PART))  # type: ignore[return-value]


def entry(function: F) -> F:
    """Compile a function that Python calls, kept on disk between processes."""
    folder = cache_folder()
    if folder is None:
        return numba.njit(error_model="numpy", _nrt=False)(function)  # type: ignore[no-any-return]
    before = config.CACHE_DIR
    config.CACHE_DIR = str(folder)
    try:
        return numba.njit(error_model="numpy", cache=True, _nrt=False)(function)  # type: ignore[no-any-return]
    except RuntimeError:
        return numba.njit(error_model="numpy", _nrt=False)(function)  # type: ignore[no-any-return]
    finally:
        config.CACHE_DIR = before


inlined = njit  # every part of the physics is inlined into the kernel
