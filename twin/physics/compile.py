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
import numba.core.dispatcher
from numba.core.codegen import JITCodeLibrary
from numba.core.registry import CPUDispatcher

F = TypeVar("F", bound=Callable[..., Any])

_core: Any = numba.core  # its insides carry no types
_jit: Any = numba.njit
_KNOWN = numba.__version__.startswith("0.68.")  # whose insides are used below; others compile the plain way
_PART = {
    "error_model": "numpy",
    "nopython": True,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "_nrt": False,
    "forceinline": True,
}


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


class _PartLibrary(JITCodeLibrary):
    """Intermediate code that waits to be linked into a caller: not optimised, and no machine code yet."""

    def _optimize_final_module(self) -> None:
        pass

    def _finalize_final_module(self) -> None:
        self._finalized = True


_part_library: Any = _PartLibrary


class _PartCompiler(_core.dispatcher._FunctionCompiler):  # type: ignore[misc]
    """Stops before machine code: a part is optimised once, inside its outermost caller."""

    def _compile_core(self, args: Any, return_type: Any) -> Any:
        flags: Any = _core.compiler.Flags()
        self.targetdescr.options.parse_as_flags(flags, self.targetoptions)
        flags.no_compile = True
        target = self.targetdescr.target_context
        result = _core.compiler.compile_extra(
            self.targetdescr.typing_context,
            target,
            self.py_func,
            args=args,
            return_type=return_type,
            flags=flags,
            locals=self.locals,
            library=_part_library(target.codegen(), self.py_func.__qualname__),
            pipeline_class=self.pipeline_class,
        )
        key = object()  # stands for the entry point that there is none of
        target.insert_user_function(key, result.fndesc, [result.library])
        return result._replace(entry_point=key)


class _Part(CPUDispatcher):
    """A part of the physics that is compiled into its callers only.

    It has no wrapper of its own for Python and no reference counts, which cuts compiling to a quarter and
    makes a tick five times faster; what it works on is owned by the caller. Called from Python, as tests do,
    it compiles itself a second time with a wrapper.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function, targetoptions=dict(_PART))
        pipeline = _core.compiler.Compiler
        self._compiler: Any = _PartCompiler(function, self.targetdescr, dict(_PART), {}, pipeline)
        self._from_python: Callable[..., Any] | None = None

    def add_overload(self, result: Any) -> None:
        """Remember what was compiled for these types."""
        self.overloads[tuple(result.signature.args)] = result

    def __call__(self, *arguments: Any) -> Any:
        if self._from_python is None:
            self._from_python = _jit(error_model="numpy")(self.py_func)
        return self._from_python(*arguments)


def njit(function: F) -> F:
    """Compile a function of the physics into its callers; it may not allocate arrays, but takes scratch."""
    if not _KNOWN:
        return _jit(error_model="numpy")(function)  # type: ignore[no-any-return]
    return _Part(function)  # type: ignore[return-value]


class _Entry(CPUDispatcher):
    """A compiled function that Python calls; neighbouring scalar operations become vectors, bit for bit."""

    def compile(self, sig: Any) -> Any:
        """Compile for these types, with the vectoriser that numba leaves off."""
        before = _core.config.SLP_VECTORIZE
        _core.config.SLP_VECTORIZE = 1
        try:
            return super().compile(sig)
        finally:
            _core.config.SLP_VECTORIZE = before


def entry(function: F) -> F:
    """Compile a function that Python calls, kept on disk between processes where there is a place for it."""
    dispatcher: Any = _jit(error_model="numpy")(function)
    if _KNOWN:
        options = {"error_model": "numpy", "nopython": True, "_nrt": False}
        dispatcher = _Entry(function, targetoptions=options)
    folder = cache_folder()
    if folder is not None:
        before = _core.config.CACHE_DIR
        _core.config.CACHE_DIR = str(folder)
        try:
            dispatcher.enable_caching()
        except RuntimeError:  # numba found no way to cache there after all
            pass
        finally:
            _core.config.CACHE_DIR = before
    return dispatcher  # type: ignore[no-any-return]
