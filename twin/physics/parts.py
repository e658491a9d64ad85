"""Dispatchers of the compiled physics, built on the insides of numba 0.68.

Only twin.physics.compile imports this, and only under a numba whose insides are known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numba.core.decorators
import numba.core.dispatcher
from numba.core.codegen import JITCodeLibrary
from numba.core.registry import CPUDispatcher

_core: Any = numba.core  # its insides carry no types
_PART = {
    "error_model": "numpy",
    "nopython": True,
    "no_cpython_wrapper": True,
    "no_cfunc_wrapper": True,
    "_nrt": False,
    "forceinline": True,
}


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


class Part(CPUDispatcher):
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
            self._from_python = _core.decorators.njit(error_model="numpy")(self.py_func)
        return self._from_python(*arguments)


class Entry(CPUDispatcher):
    """A compiled function that Python calls; neighbouring scalar operations become vectors, bit for bit."""

    def __init__(self, function: Callable[..., Any]) -> None:
        super().__init__(function, targetoptions={"error_model": "numpy", "nopython": True, "_nrt": False})

    def compile(self, sig: Any) -> Any:
        """Compile for these types, with the vectoriser that numba leaves off."""
        before = _core.config.SLP_VECTORIZE
        _core.config.SLP_VECTORIZE = 1
        try:
            return super().compile(sig)
        finally:
            _core.config.SLP_VECTORIZE = before
