"""A headless browser, driven through its pipe by the Chrome DevTools Protocol.

https://chromedevtools.github.io/devtools-protocol/: JSON messages that end with a zero byte, read
by the browser from file descriptor 3 and written to 4. Nothing of it needs a library.
"""

from __future__ import annotations

import base64
import json
import os
import select
import shutil
import subprocess
import time
from collections import defaultdict

import pytest

NAMES = ("chromium", "chromium-browser", "google-chrome", "chrome", "chrome-headless-shell")
PATIENCE_S = 60


class Page:
    """One page of the browser; what happens in it is kept in ``events``, by method."""

    def __init__(self, process, write_fd, read_fd):
        self._process, self._write_fd, self._read_fd = process, write_fd, read_fd
        self._buffer = b""
        self._last_id = 0
        self._session = None
        self.events = defaultdict(list)
        target = self.call("Target.createTarget", url="about:blank")["targetId"]
        attached = self.call("Target.attachToTarget", targetId=target, flatten=True)
        self._session = attached["sessionId"]
        for domain in ("Page", "Runtime", "Log", "Network"):
            self.call(f"{domain}.enable")

    def call(self, method, **params):
        """Return the result of a method of the protocol."""
        self._last_id += 1
        message = {"id": self._last_id, "method": method, "params": params}
        if self._session is not None:
            message["sessionId"] = self._session
        os.write(self._write_fd, json.dumps(message).encode() + b"\0")
        while True:
            answer = self._receive()
            if answer.get("id") == self._last_id:
                assert "error" not in answer, (method, answer["error"])
                return answer["result"]

    def open(self, path, *, width=1280, height=900, theme="light"):
        """Show a file and wait until it is loaded, its scripts have run and a frame was drawn."""
        self.events.clear()
        self.call(
            "Emulation.setDeviceMetricsOverride",
            width=width,
            height=height,
            deviceScaleFactor=1,
            mobile=False,
        )
        self.show_theme(theme)
        self.call("Page.navigate", url=path.as_uri())
        while not self.events["Page.loadEventFired"]:
            self._receive()
        self.settle()

    def show_theme(self, theme):
        """Say that the person prefers ``light`` or ``dark``."""
        features = [{"name": "prefers-color-scheme", "value": theme}]
        self.call("Emulation.setEmulatedMedia", features=features)

    def settle(self):
        """Wait until two frames have been drawn."""
        frames = "new Promise(d => requestAnimationFrame(() => requestAnimationFrame(d)))"
        self.call("Runtime.evaluate", expression=frames, awaitPromise=True)

    def evaluate(self, expression):
        """Return the value of a JavaScript expression."""
        found = self.call("Runtime.evaluate", expression=expression, returnByValue=True)
        assert "exceptionDetails" not in found, found
        return found["result"].get("value")

    def screenshot(self, path):
        """Write the whole page as a picture."""
        found = self.call("Page.captureScreenshot", captureBeyondViewport=True)
        path.write_bytes(base64.b64decode(found["data"]))

    def complaints(self):
        """Return what the browser's console says of the page: errors and warnings."""
        return (
            self.events["Runtime.exceptionThrown"]
            + self.events["Log.entryAdded"]
            + [e for e in self.events["Runtime.consoleAPICalled"] if e["type"] != "log"]
        )

    def requests(self):
        """Return every URL that the page asked for, those that carry their data left out."""
        urls = [each["request"]["url"] for each in self.events["Network.requestWillBeSent"]]
        return [url for url in urls if not url.startswith("data:")]

    def _receive(self):
        deadline = time.monotonic() + PATIENCE_S
        while b"\0" not in self._buffer:
            ready, _, _ = select.select([self._read_fd], [], [], deadline - time.monotonic())
            assert ready, f"the browser said nothing for {PATIENCE_S} s"
            data = os.read(self._read_fd, 1 << 20)
            assert data, f"the browser ended: {self._process.poll()}"
            self._buffer += data
        line, _, self._buffer = self._buffer.partition(b"\0")
        message = json.loads(line)
        if "method" in message:
            self.events[message["method"]].append(message["params"])
        return message


@pytest.fixture(scope="session")
def browser_page(tmp_path_factory):
    """Give a page of a real browser.

    Where there is none, the test is skipped, unless AIPERF_TEST_BROWSER=1 says that there must be.
    """
    path = next(filter(None, map(shutil.which, NAMES)), None)
    if path is None:
        reason = f"NO BROWSER: none of {', '.join(NAMES)} is on PATH, so report.html is not tested"
        if os.environ.get("AIPERF_TEST_BROWSER") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    to_browser, write_fd = os.pipe()
    read_fd, from_browser = os.pipe()
    options = (
        "--headless",
        "--remote-debugging-pipe",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--no-first-run",
        "--hide-scrollbars",
        f"--user-data-dir={tmp_path_factory.mktemp('browser')}",
    )
    # The shell gives the pipes the numbers that the browser expects them to have.
    command = f'exec "$0" "$@" 3<&{to_browser} 4>&{from_browser}'
    with subprocess.Popen(
        ["bash", "-c", command, path, *options],
        pass_fds=(to_browser, from_browser),
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    ) as process:
        os.close(to_browser)
        os.close(from_browser)
        try:
            yield Page(process, write_fd, read_fd)
        finally:
            os.close(write_fd)  # the browser ends when its pipe does
            try:
                process.wait(PATIENCE_S)
            except subprocess.TimeoutExpired:
                process.kill()
            os.close(read_fd)
