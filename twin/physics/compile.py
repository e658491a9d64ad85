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
import numpy as np
from llvmlite import ir
from numba.core import cgutils, types
from numba.core import config as numba_config
from numba.extending import intrinsic
from numpy.typing import NDArray

F = TypeVar("F", bound=Callable[..., Any])

_config: Any = numba_config
_numba: Any = numba
_pointer: Any = cgutils.get_item_pointer
_Signature: Any = ir.FunctionType
_part: Any = numba.njit(error_model="numpy")  # the plain way, for any numba, or none (NUMBA_DISABLE_JIT)
_entry: Any = numba.njit(error_model="numpy", nogil=True)
if numba.__version__.startswith("0.68.") and not _config.DISABLE_JIT:
    from twin.physics.parts import Entry, Part

    _part, _entry = Part, Entry


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
    try:
        root = Path(base) if base else Path.home() / ".cache"
    except RuntimeError:  # a user without a home, as in some containers
        return None
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


def njit(function: F) -> F:
    """Compile a function of the physics into its callers; it may not allocate arrays, but takes scratch."""
    return _part(function)  # type: ignore[no-any-return]


@intrinsic  # type: ignore[misc, unused-ignore]
def _take(context: Any, array: Any, row: Any, amount: Any) -> Any:  # noqa: ARG001
    """Code of `take`."""

    def code(context: Any, builder: Any, signature: Any, given: Any) -> Any:
        kind = signature.args[0]
        numbers = context.make_array(kind)(context, builder, given[0])
        zero = context.get_constant(types.intp, 0)
        place = _pointer(context, builder, kind, numbers, [given[1], zero], wraparound=False)
        return builder.atomic_rmw("add", place, given[2], "monotonic")

    return types.int64(array, types.int64, types.int64), code


def _take_alone(array: NDArray[np.int64], row: int, amount: int) -> int:
    before = int(array[row, 0])
    array[row, 0] += amount
    return before


take: Any = _take_alone if _config.DISABLE_JIT else _take
"""take(array, row, amount) gives array[row, 0] and adds `amount` to it; two threads never get the same."""


def rarely(condition: bool) -> bool:
    """The condition itself; compiled code branches on it as on what seldom holds.

    Without it, both sides of a short branch are worked out and one is taken: everybody waits for a root that
    few need.
    """
    return condition


def _type_of_rarely(context: Any) -> Any:  # noqa: ARG001
    return lambda condition: condition


def _code_of_rarely(context: Any, builder: Any, signature: Any, given: Any) -> Any:  # noqa: ARG001
    bit = given[0].type
    expect = builder.module.declare_intrinsic("llvm.expect", (bit,), _Signature(bit, (bit, bit)))
    return builder.call(expect, (given[0], bit(0)))


_numba.extending.type_callable(rarely)(_type_of_rarely)
_numba.extending.lower_builtin(rarely, types.boolean)(_code_of_rarely)


def entry(function: F) -> F:
    """Compile a function that Python calls, kept on disk between processes where there is a place for it."""
    dispatcher: Any = _entry(function)
    folder = cache_folder()
    if folder is not None and not _config.DISABLE_JIT:
        before = _config.CACHE_DIR
        _config.CACHE_DIR = str(folder)
        try:
            dispatcher.enable_caching()
        except RuntimeError:  # numba found no way to cache there after all
            pass
        finally:
            _config.CACHE_DIR = before
    return dispatcher  # type: ignore[no-any-return]


def bound(function: Callable[..., None], *arguments: Any) -> Callable[..., None]:
    """A compiled entry for arguments of exactly these types, to be called with such arguments only.

    A call through numba's dispatcher looks at the type of every one of sixty arrays, which takes twenty times
    as long (11 us) as handing them over; whoever owns the arrays knows their types.
    """
    dispatcher: Any = function
    overloads = getattr(dispatcher, "overloads", None)
    if overloads is None:  # compiling is switched off (NUMBA_DISABLE_JIT)
        return function
    types = tuple(_numba.typeof(argument) for argument in arguments)
    if types not in overloads:
        dispatcher.compile(types)
    compiled: Callable[..., None] = overloads[types].entry_point
    return compiled
