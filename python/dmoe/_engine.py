"""The Swift engine, called through its C functions.

Every call but the smallest releases the interpreter lock for as long as the engine works. What goes wrong comes back as
an exception with the text that the command line would print.
"""

from __future__ import annotations

import ctypes
import json
import os
import threading
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

_USAGE, _DATA, _NO_INPUT, _CANCELLED = 64, 65, 66, 130
# Nowhere to write to; the writing failed.
_NOT_WRITTEN = 73, 74

ProgressFunction = ctypes.CFUNCTYPE(
    None, ctypes.c_void_p, ctypes.c_int32, ctypes.c_ssize_t, ctypes.c_ssize_t, ctypes.c_ssize_t, ctypes.c_double
)

_POINTER = ctypes.c_void_p
_POINTERS = ctypes.POINTER(ctypes.c_void_p)
_TEXT = ctypes.c_char_p
_SIZE = ctypes.c_ssize_t

# Name: (result, arguments). Functions that return a pointer here return an answer, but for cancellations.
_FUNCTIONS: dict[str, tuple[Any, list[Any]]] = {
    "dmoe_answer_status": (ctypes.c_int32, [_POINTER]),
    "dmoe_answer_text": (_POINTER, [_POINTER]),
    "dmoe_answer_length": (_SIZE, [_POINTER]),
    "dmoe_answer_release": (None, [_POINTER]),
    "dmoe_answer_spelled": (_POINTER, [_POINTER, ctypes.c_int32]),
    "dmoe_answer_notices": (_POINTER, [_POINTER, ctypes.c_int32]),
    "dmoe_version": (_TEXT, []),
    "dmoe_student_tail": (ctypes.c_double, [ctypes.c_double, ctypes.c_double]),
    "dmoe_interval_quantile": (_POINTER, [ctypes.c_double, ctypes.c_double]),
    "dmoe_table_new": (_POINTER, [_TEXT, _POINTERS]),
    "dmoe_table_append": (
        ctypes.c_int32,
        [_POINTER, _SIZE, _POINTERS, ctypes.POINTER(_SIZE), _POINTERS],
    ),
    "dmoe_table_release": (None, [_POINTER]),
    "dmoe_fit": (_POINTER, [_POINTER, _TEXT, _POINTER, ProgressFunction, _POINTER]),
    "dmoe_cancellation_new": (_POINTER, []),
    "dmoe_cancellation_request": (None, [_POINTER]),
    "dmoe_cancellation_release": (None, [_POINTER]),
    "dmoe_aggregate": (_POINTER, [_TEXT, _POINTERS, _SIZE, _POINTER]),
    "dmoe_compare_sites": (_POINTER, [_TEXT, _POINTERS, _SIZE]),
    "dmoe_model_open": (_POINTER, [_TEXT, _SIZE, _TEXT, _POINTERS]),
    "dmoe_file_write": (_POINTER, [_TEXT, _SIZE, _TEXT]),
    "dmoe_model_warnings": (_POINTER, [_POINTER, ctypes.c_int32, ctypes.c_int32]),
    "dmoe_model_release": (None, [_POINTER]),
    "dmoe_predict": (_POINTER, [_POINTER, _POINTER, _TEXT, _POINTERS]),
    "dmoe_score": (_POINTER, [_POINTER, _POINTER, _TEXT, _TEXT]),
    "dmoe_adapt": (_POINTER, [_POINTER, _POINTER, _TEXT]),
    "dmoe_statistics": (_POINTER, [_POINTER, _POINTER, _TEXT]),
    "dmoe_update": (_POINTER, [_POINTER, _TEXT, ctypes.POINTER(_TEXT), _SIZE]),
    "dmoe_learn_check": (_POINTER, [_TEXT, _SIZE]),
    "dmoe_round": (_POINTER, [_POINTER, _TEXT, ctypes.POINTER(_TEXT), _SIZE]),
}

_library: ctypes.CDLL | None = None
_loading = threading.Lock()


def library_path() -> Path:
    """Where the engine is: inside the package, or where ``DMOE_LIBRARY`` says."""
    return Path(os.environ.get("DMOE_LIBRARY") or Path(__file__).with_name("libdmoe.so"))


def library() -> ctypes.CDLL:
    """The engine, loaded at the first call.

    Raises
    ------
    ImportError
        Where the library is missing or does not fit this machine.
    """
    global _library
    with _loading:
        if _library is None:
            path = library_path()
            try:
                loaded = ctypes.CDLL(str(path))
            except OSError as error:
                raise ImportError(f"the engine of dmoe cannot be loaded from {path}: {error}") from error
            for name, (result, arguments) in _FUNCTIONS.items():
                function = getattr(loaded, name)
                function.restype = result
                function.argtypes = arguments
            _library = loaded
    return _library


def version() -> str:
    """Name and version of the engine, as in model files."""
    return library().dmoe_version().decode()


class Refusal(ValueError):
    """A request that is refused whatever the data are."""


# How sentences of the engine spell options: as arguments of functions, as parameters of estimators.
FUNCTIONS, ESTIMATORS = 0, 1


def answer(pointer: int, style: int = FUNCTIONS, notices: list[str] | None = None) -> str:
    """The text of an answer, or its error as an exception.

    Parameters
    ----------
    pointer : int
        The answer, which is released.
    style : int
        How an error spells options.
    notices : list, optional
        Gets what there is to be said of how rows were read.

    Raises
    ------
    ValueError
        For what the caller can mend: arguments (:class:`Refusal`), data, model files.
    KeyboardInterrupt
        Where the call was cancelled.
    OSError
        Where a file cannot be written.
    RuntimeError
        For anything else.
    """
    engine = library()
    status = engine.dmoe_answer_status(pointer)
    if status != 0 and style != FUNCTIONS:
        text = answer(engine.dmoe_answer_spelled(pointer, style))
    else:
        text = ctypes.string_at(engine.dmoe_answer_text(pointer), engine.dmoe_answer_length(pointer)).decode()
    if status == 0 and notices is not None:
        notices += json.loads(answer(engine.dmoe_answer_notices(pointer, style)))
    engine.dmoe_answer_release(pointer)
    if status == 0:
        return text
    if status == _USAGE:
        raise Refusal(text)
    if status in (_DATA, _NO_INPUT):
        raise ValueError(text)
    if status == _CANCELLED:
        raise KeyboardInterrupt(text)
    if status in _NOT_WRITTEN:
        raise OSError(text)
    raise RuntimeError(text)


def opened(function: str, *arguments: Any) -> int:
    """The handle that a call puts in its last argument."""
    handle = ctypes.c_void_p()
    answer(getattr(library(), function)(*arguments, ctypes.byref(handle)))
    assert handle.value is not None
    return handle.value


def pointers(values: Sequence[int | None]) -> Any:
    """An array of pointers."""
    return (ctypes.c_void_p * len(values))(*values)


def threads(n_jobs: int | None) -> int | None:
    """As joblib counts: -1 are all cores, -2 all but one; None are all too, and None for the engine."""
    if n_jobs is None or n_jobs == -1:
        return None
    if n_jobs == 0:
        raise ValueError("n_jobs must not be 0")
    return n_jobs if n_jobs > 0 else max(1, (os.cpu_count() or 1) + 1 + n_jobs)


class Cancellation:
    """Asks a running fit to stop."""

    def __init__(self) -> None:
        self._engine = library()
        self.handle = self._engine.dmoe_cancellation_new()

    def request(self) -> None:
        """From any thread."""
        self._engine.dmoe_cancellation_request(self.handle)

    def __del__(self) -> None:
        self._engine.dmoe_cancellation_release(self.handle)


# How long an interrupted caller waits for the engine before it goes on without it.
_PATIENCE = 0.5


def interruptible(call: Callable[[], Any], cancel: Callable[[], None] | None = None) -> Any:
    """The result of ``call``; Ctrl-C ends the wait for it.

    Signals are handled by the main thread between two steps of Python, and a call of the engine is one step. So the
    engine works in another thread while the main one waits. An interrupted engine is cancelled, and where it does
    not stop at once it is left to end by itself: its closure keeps what it reads. The interpreter waits for it before it
    ends, for a report of progress from one of the engine's threads must not meet an interpreter that is gone.
    """
    if threading.current_thread() is not threading.main_thread():
        return call()
    done = threading.Event()
    outcome: list[Any] = [None, None]

    def work() -> None:
        try:
            outcome[0] = call()
        except BaseException as error:  # noqa: BLE001 - it is raised in the thread that waits
            outcome[1] = error
        finally:
            done.set()

    threading.Thread(target=work, name="dmoe", daemon=cancel is None).start()
    try:
        done.wait()
    except BaseException:
        if cancel is not None:
            cancel()
        done.wait(_PATIENCE)
        raise
    if outcome[1] is not None:
        raise outcome[1]
    return outcome[0]
