"""Dispatchers of the compiled physics, built on the insides of numba 0.68.

Only twin.physics.compile imports this, and only under a numba whose insides are known.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import llvmlite.binding
import numba.core.decorators
import numba.core.dispatcher
from numba.core.codegen import JITCodeLibrary
from numba.core.registry import CPUDispatcher

_core: Any = numba.core  # its insides carry no types
_llvm: Any = llvmlite.binding
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


class _EntryLibrary(JITCodeLibrary):
    """Optimises for a tick of some ten thousand instructions that just fits the processor's cache for code.

    Loops over zones are not unrolled, since copies of their bodies push each other out of that cache;
    neighbouring scalar operations become vectors.
    """

    def _optimize_final_module(self) -> None:
        options = _llvm.create_pipeline_tuning_options(speed_level=3)
        options.loop_unrolling = False
        options.loop_vectorization = False
        options.slp_vectorization = True
        codegen: Any = self._codegen
        passes = _llvm.create_pass_builder(codegen._tm, options)
        for _ in range(2):  # what the first pass inlines, the second sees
            passes.getModulePassManager().run(self._final_module, passes)


class _Compiler(_core.dispatcher._FunctionCompiler):  # type: ignore[misc]
    """Compiles into a library of our own kind."""

    kind: Any = JITCodeLibrary
    only_lower = False

    def _compile_core(self, args: Any, return_type: Any) -> Any:
        flags: Any = _core.compiler.Flags()
        self.targetdescr.options.parse_as_flags(flags, self.targetoptions)
        flags.no_compile = self.only_lower
        flags.noalias = not self.only_lower  # what an entry is given does not overlap
        target = self.targetdescr.target_context
        library = self.kind(target.codegen(), self.py_func.__qualname__)
        if not self.only_lower:
            library.enable_object_caching()
        return _core.compiler.compile_extra(
            self.targetdescr.typing_context,
            target,
            self.py_func,
            args=args,
            return_type=return_type,
            flags=flags,
            locals=self.locals,
            library=library,
            pipeline_class=self.pipeline_class,
        )


class _PartCompiler(_Compiler):
    """Stops before machine code: a part is optimised once, inside its outermost caller."""

    kind = _PartLibrary
    only_lower = True

    def _compile_core(self, args: Any, return_type: Any) -> Any:
        result = super()._compile_core(args, return_type)
        target = self.targetdescr.target_context
        key = object()  # stands for the entry point that there is none of
        target.insert_user_function(key, result.fndesc, [result.library])
        return result._replace(entry_point=key)


class _EntryCompiler(_Compiler):
    """All the way to machine code."""

    kind = _EntryLibrary


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
    """A compiled function that Python calls; it runs without Python's lock.

    Its arrays must not overlap where it writes: so nothing that it has read is read again after each store.
    """

    def __init__(self, function: Callable[..., Any]) -> None:
        options = {"error_model": "numpy", "nopython": True, "nogil": True, "_nrt": False}
        super().__init__(function, targetoptions=options)
        pipeline = _core.compiler.Compiler
        self._compiler: Any = _EntryCompiler(function, self.targetdescr, options, {}, pipeline)
