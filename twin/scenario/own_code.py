"""Names from a user's Python file: loaded once per content, with errors that say where in the file."""

from __future__ import annotations

import hashlib
import importlib.util
import inspect
import sys
import traceback
from collections.abc import Callable
from pathlib import Path
from types import ModuleType
from typing import Any

from twin.basics.errors import ControllerError, nearest


def split(text: str) -> tuple[str, str] | None:
    """File and name of `file.py:name`; None where the text is nothing of the kind."""
    file, colon, name = text.rpartition(":")
    return (file, name) if colon and file.endswith(".py") and name.isidentifier() else None


def own_function(text: str, *arguments: str) -> Callable[..., Any]:
    """The function that `file.py:name` means, which takes `arguments` in this order.

    Raises
    ------
    ControllerError
        No such file or function, other parameters, or an error in the file itself, with its traceback.
    """
    found = split(text)
    needs = f"a function ({', '.join(arguments)})"
    if found is None:
        raise ControllerError("this does not name a function", value=text, allowed="file.py:function")
    path, name = Path(found[0]), found[1]
    module = module_of(path)
    function = getattr(module, name, None)
    if not callable(function):
        names = [
            n for n, v in vars(module).items() if inspect.isfunction(v) and v.__module__ == module.__name__
        ]
        raise ControllerError("there is no such function in this file", file=path, value=name,
                              allowed=", ".join(names) or needs, suggestion=nearest(name, names))  # fmt: skip
    return fitting(function, str(path), name, *arguments)


def fitting(function: Callable[..., Any], file: str, name: str, *arguments: str) -> Callable[..., Any]:
    """The same function, which takes `arguments` in this order; raises ControllerError where it does not."""
    try:
        inspect.signature(function).bind(*arguments)
    except TypeError as error:
        raise ControllerError(
            f"this function cannot be called as needed: {error}", file=file, key=name,
            allowed=f"a function ({', '.join(arguments)})",
        ) from None  # fmt: skip
    except ValueError:  # a signature that cannot be read may still fit
        pass
    return function


def place_of(function: Callable[..., Any]) -> tuple[str, str]:
    """File and name of a function, as far as it has them."""
    code = getattr(inspect.unwrap(function), "__code__", None)
    name = getattr(function, "__qualname__", type(function).__qualname__)
    return ("python" if code is None else str(code.co_filename)), name


def module_of(path: Path) -> ModuleType:
    """The file as a module, read once per content; its folder joins the places where it may import from."""
    try:
        content = path.read_bytes()
    except OSError as error:
        raise ControllerError(f"cannot be read: {error.strerror or error}", file=path) from None
    place = hashlib.sha256(str(path.resolve()).encode() + content).hexdigest()[:16]
    name = f"twin_own_{path.stem}_{place}"
    if name in sys.modules:
        return sys.modules[name]
    spec = importlib.util.spec_from_file_location(name, path)
    if spec is None or spec.loader is None:
        raise ControllerError("this is not a Python file", file=path, allowed="file.py:Name")
    folder = str(path.resolve().parent)
    if folder not in sys.path:
        sys.path.append(folder)
    module = importlib.util.module_from_spec(spec)
    sys.modules[name] = module
    try:
        spec.loader.exec_module(module)
    except Exception as error:
        del sys.modules[name]
        raise ControllerError(f"cannot be imported: it {told(error, path)}", file=path) from None
    return module


def told(error: Exception, path: Path) -> str:
    """An error of the user's code with the part of the traceback that begins in their file."""
    frames = traceback.extract_tb(error.__traceback__)
    theirs = [i for i, frame in enumerate(frames) if Path(frame.filename).resolve() == path.resolve()]
    shown = traceback.format_list(frames[theirs[0] :]) if theirs else []
    return "failed\n" + "".join([*shown, *traceback.format_exception_only(error)]).rstrip()


def line_of(error: Exception, path: Path) -> int | None:
    """The last line of the user's file that an error went through."""
    frames = traceback.extract_tb(error.__traceback__)
    lines = [frame.lineno for frame in frames if Path(frame.filename).resolve() == path.resolve()]
    return lines[-1] if lines else None
