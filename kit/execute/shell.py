"""An IPython shell without a kernel: runs code cells one by one and gives their outputs as nbformat has them."""

from __future__ import annotations

import io
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from IPython.core.displayhook import DisplayHook
from IPython.core.displaypub import DisplayPublisher
from IPython.core.history import HistoryManager
from IPython.core.interactiveshell import InteractiveShell
from nbformat.v4 import new_output
from traitlets import Type

from kit.execute.outputs import mask_outputs

Outputs = list[Any]


class _Publisher(DisplayPublisher):  # type: ignore[misc]
    """`display(...)`: an output of its own; an update changes the one of that id."""

    outputs: Outputs

    def publish(
        self,
        data: dict[str, Any],
        metadata: dict[str, Any] | None = None,
        source: Any = None,
        *,
        transient: dict[str, Any] | None = None,
        update: bool = False,
        **more: Any,
    ) -> None:
        """Take a bundle of MIME types."""
        made = new_output("display_data", data=data, metadata=metadata or {})
        shown = (transient or {}).get("display_id")
        if update:
            for old in (o for o in self.outputs if getattr(o, "shown_as", None) == shown):
                old["data"], old["metadata"] = made["data"], made["metadata"]
            return
        self.outputs.append(made)

    def clear_output(self, wait: bool = False) -> None:
        """Drop what the cell has put out so far."""
        self.outputs.clear()


class _Hook(DisplayHook):  # type: ignore[misc]
    """The value of a cell's last expression."""

    outputs: Outputs

    def write_format_data(self, format_dict: dict[str, Any], md_dict: dict[str, Any] | None = None) -> None:
        """Take the value's bundle."""
        self.outputs.append(
            new_output("execute_result", data=format_dict, metadata=md_dict or {}, execution_count=self.prompt_count)
        )

    def write_output_prompt(self) -> None:
        """A notebook has no prompt to write."""

    def start_displayhook(self) -> None:
        """Nothing to begin."""

    def finish_displayhook(self) -> None:
        """Nothing to end: no newline goes to the terminal."""


class _Stream(io.TextIOBase):
    """Standard output or error of a cell, joined to the stream output before it."""

    def __init__(self, name: str, outputs: Outputs) -> None:
        self._name, self._outputs = name, outputs

    def writable(self) -> bool:
        return True

    def write(self, text: str) -> int:
        last = self._outputs[-1] if self._outputs else None
        if last is not None and last["output_type"] == "stream" and last["name"] == self._name:
            last["text"] += text
        elif text:
            self._outputs.append(new_output("stream", name=self._name, text=text))
        return len(text)


class NotebookShell(InteractiveShell):  # type: ignore[misc]
    """The shell behind `kit`'s engine."""

    display_pub_class = Type(_Publisher)
    displayhook_class = Type(_Hook)

    def init_history(self) -> None:
        """A history in memory only: the usual one starts a thread and writes to the user's home."""
        self.history_manager = HistoryManager(shell=self, parent=self, hist_file=":memory:", enabled=False)

    def init_virtualenv(self) -> None:
        """The interpreter is the right one already."""

    def enable_gui(self, gui: str | None = None) -> None:
        """No event loop in a notebook run."""

    def run(self, source: str) -> tuple[Outputs, int, BaseException | None]:
        """Run one cell. Returns its outputs, its execution count, and what it raised."""
        outputs: Outputs = []
        self.display_pub.outputs = self.displayhook.outputs = outputs
        with _streams(outputs):
            result = self.run_cell(source, store_history=False)
        self.execution_count += 1
        error = result.error_before_exec or result.error_in_exec
        if error is not None:
            outputs.append(self._error(error))
        mask_outputs(outputs)
        return outputs, self.execution_count - 1, error

    def showtraceback(self, *args: Any, **kwargs: Any) -> None:
        """Errors become outputs in `run`; nothing is printed."""

    def showsyntaxerror(self, *args: Any, **kwargs: Any) -> None:
        """As `showtraceback`."""

    def _error(self, error: BaseException) -> Any:
        lines = self.InteractiveTB.structured_traceback(type(error), error, error.__traceback__, tb_offset=1)
        return new_output("error", ename=type(error).__name__, evalue=str(error), traceback=list(lines))


@contextmanager
def _streams(outputs: Outputs) -> Iterator[None]:
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = _Stream("stdout", outputs), _Stream("stderr", outputs)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before
