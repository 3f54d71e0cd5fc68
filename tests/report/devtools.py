"""A headless browser that is driven as a reader would: pages opened, clicked and typed into, over DevTools' pipe."""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from types import TracebackType
from typing import Any

BROWSER = next((b for b in map(shutil.which, ("chromium", "chromium-browser", "google-chrome")) if b), None)
LIMIT = 60.0
"""Seconds that a page may take to be as it should."""

HIGH = 40
"""The pipe's ends are moved here first, out of the way of 3 and 4, where the browser looks for them."""


class Browser:
    """A browser without a window; `close` ends it. Downloads go to the folder `downloads`."""

    def __init__(self, folder: Path) -> None:
        self.downloads = folder / "downloads"
        self.downloads.mkdir(parents=True)
        theirs, ours, self._process = _started(folder)
        self._read, self._write = theirs, ours
        self._buffer, self._last = b"", 0
        self._events: list[dict[str, Any]] = []
        self.call("Browser.setDownloadBehavior", behavior="allow", downloadPath=str(self.downloads))

    def __enter__(self) -> Browser:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, at: TracebackType | None) -> None:
        self.close()

    def close(self) -> None:
        """End the browser."""
        self._process.kill()
        self._process.wait()
        os.close(self._read)
        os.close(self._write)

    @contextmanager
    def page(self, address: str, width: int = 1440, height: int = 1000) -> Iterator[Page]:
        """A page in a tab of its own, without a network."""
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        session = self.call("Target.attachToTarget", targetId=target, flatten=True)["sessionId"]
        page = Page(self, session)
        for domain in ("Network", "Page", "Runtime", "Log"):
            page.call(f"{domain}.enable")
        page.call("Network.emulateNetworkConditions", offline=True, latency=0, downloadThroughput=0, uploadThroughput=0)
        page.resize(width, height)
        page.media(prefers_reduced_motion="reduce")
        page.open(address)
        yield page
        self.call("Target.closeTarget", targetId=target)

    def call(self, method: str, session: str = "", **params: Any) -> dict[str, Any]:
        """What a method of the protocol answers; what happens meanwhile is kept."""
        self._last += 1
        message = {"id": self._last, "method": method, "params": params, **({"sessionId": session} if session else {})}
        os.write(self._write, json.dumps(message).encode() + b"\0")
        end = time.monotonic() + LIMIT
        while True:
            said = self._next(end)
            if said.get("id") == self._last:
                assert "error" not in said, f"{method}: {said['error']}"
                answer: dict[str, Any] = said["result"]
                return answer
            self._events.append(said)

    def events(self, session: str) -> list[dict[str, Any]]:
        """What happened in a page so far."""
        return [e for e in self._events if e.get("sessionId") == session]

    def _next(self, end: float) -> dict[str, Any]:
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read], [], [], max(0.0, end - time.monotonic()))
            assert ready, "the browser does not answer"
            self._buffer += os.read(self._read, 1 << 20)
        said, _, self._buffer = self._buffer.partition(b"\0")
        message: dict[str, Any] = json.loads(said)
        return message


class Page:
    """A tab: what a reader does in it, and what went wrong in it."""

    def __init__(self, browser: Browser, session: str) -> None:
        self._browser, self._session = browser, session

    def call(self, method: str, **params: Any) -> dict[str, Any]:
        """A method of the protocol, in this tab."""
        return self._browser.call(method, self._session, **params)

    def open(self, address: str) -> None:
        """Go there, and wait until all of it is loaded."""
        self.call("Page.navigate", url=address)
        self.wait(f"document.readyState === 'complete' && location.href === {json.dumps(address)}")

    def resize(self, width: int, height: int) -> None:
        """Look at it through a screen of this size, in pixels of CSS."""
        self.call(
            "Emulation.setDeviceMetricsOverride", width=width, height=height, deviceScaleFactor=1, mobile=width < 600
        )

    def media(self, **features: str) -> None:
        """Look at it with a reader's preferences, as `prefers_color_scheme="dark"`; nothing scrolls by itself."""
        wanted = {"prefers_reduced_motion": "reduce", **features}
        named = [{"name": name.replace("_", "-"), "value": value} for name, value in wanted.items()]
        self.call("Emulation.setEmulatedMedia", features=named)

    def eval(self, expression: str) -> Any:
        """The value of an expression, as JSON can hold it; promises are awaited."""
        said = self.call(
            "Runtime.evaluate", expression=expression, returnByValue=True, awaitPromise=True, userGesture=True
        )
        assert "exceptionDetails" not in said, f"{expression}: {said['exceptionDetails']}"
        return said["result"].get("value")

    def wait(self, expression: str) -> None:
        """Wait until an expression is true."""
        end = time.monotonic() + LIMIT
        while not self._holds(expression):
            assert time.monotonic() < end, f"never came true: {expression}"
            time.sleep(0.03)

    def _holds(self, expression: str) -> bool:
        try:
            return bool(self.eval(f"Boolean({expression})"))
        except AssertionError as error:
            # A page that is being left answers nothing; the next one does.
            if "navigated or closed" not in str(error):
                raise
            return False

    def click(self, selector: str) -> None:
        """Press the mouse on an element, as a reader would: it has to be on the screen and not under another."""
        at = self.eval(f"""(() => {{
            const it = document.querySelector({json.dumps(selector)})
            it.scrollIntoView({{ block: "center", behavior: "instant" }})
            const box = it.getBoundingClientRect()
            const [x, y] = [box.x + box.width / 2, box.y + box.height / 2]
            const top = document.elementFromPoint(x, y)
            return [x, y, Boolean(top && (it.contains(top) || top.contains(it)))]
        }})()""")
        assert at[2], f"{selector} lies under something else"
        for kind in ("mousePressed", "mouseReleased"):
            self.call("Input.dispatchMouseEvent", type=kind, x=at[0], y=at[1], button="left", clickCount=1)

    def write(self, selector: str, words: str) -> None:
        """Type into a field, in place of what stood there."""
        self.eval(f"document.querySelector({json.dumps(selector)}).focus()")
        self.eval("document.activeElement.select()")
        self.call("Input.insertText", text=words)

    def picture(self, target: Path, *, whole: bool = False) -> None:
        """What is on the screen, or all of the page, as a PNG."""
        data = self.call("Page.captureScreenshot", captureBeyondViewport=whole)["data"]
        target.write_bytes(base64.b64decode(data))

    def requested(self) -> list[str]:
        """Every address that the page asked for, whether it was answered or not, but for the file itself."""
        sent = (e["params"]["request"]["url"] for e in self._events("Network.requestWillBeSent"))
        return [url for url in sent if not url.startswith(("file:", "data:", "blob:"))]

    def failed(self) -> list[str]:
        """Requests that came to nothing."""
        return [e["params"]["errorText"] for e in self._events("Network.loadingFailed")]

    def errors(self) -> list[str]:
        """Errors and warnings of the console, and exceptions that nothing caught."""
        logged = [e["params"]["entry"] for e in self._events("Log.entryAdded")]
        told = [e["params"] for e in self._events("Runtime.consoleAPICalled")]
        thrown = [e["params"]["exceptionDetails"] for e in self._events("Runtime.exceptionThrown")]
        return [
            *(entry["text"] for entry in logged if entry["level"] in {"error", "warning"}),
            *(json.dumps(call["args"]) for call in told if call["type"] in {"error", "warning", "assert"}),
            *(json.dumps(details) for details in thrown),
        ]

    def _events(self, method: str) -> list[dict[str, Any]]:
        return [e for e in self._browser.events(self._session) if e["method"] == method]


def _started(folder: Path) -> tuple[int, int, subprocess.Popen[bytes]]:
    """The browser's process with the ends to read from and to write to."""
    import fcntl

    def high(end: int) -> int:
        moved = fcntl.fcntl(end, fcntl.F_DUPFD_CLOEXEC, HIGH)
        os.close(end)
        return moved

    (asked, write), (read, answered) = (tuple(map(high, os.pipe())) for _ in range(2))

    def ends() -> None:
        os.dup2(asked, 3)
        os.dup2(answered, 4)

    command = [
        str(BROWSER),
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-component-update",
        "--no-first-run",
        "--remote-debugging-pipe",
        f"--user-data-dir={folder / 'profile'}",
    ]
    quiet = subprocess.DEVNULL
    process = subprocess.Popen(command, stdout=quiet, stderr=quiet, pass_fds=(3, 4), preexec_fn=ends)
    os.close(asked)
    os.close(answered)
    return read, write, process
