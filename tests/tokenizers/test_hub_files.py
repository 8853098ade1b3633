"""A file that is fetched from a Hub, by a process that has none."""

from __future__ import annotations

import hashlib
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

COMMIT = "0123456789abcdef0123456789abcdef01234567"
CODE = """
    import sys
    from aiperf.common.errors import ConfigError
    from aiperf.tokenizers.hub_files import commit_of, hub_file

    for name, revision in (
        ("acme/tiny", None), ("acme/tiny", "v1"), ("acme/none", None), ("acme/gated", None),
        ("acme/slow", None),
    ):
        try:
            file = hub_file(name, revision)
            print(file and file.name, file and commit_of(file))
        except ConfigError as error:
            print(error)
"""


@pytest.fixture
def hub(tokenizer_directory):
    """Give the URL of a Hub with one model, and the requests that it got."""
    body = (tokenizer_directory / "tokenizer.json").read_bytes()
    etag = hashlib.sha1(body, usedforsecurity=False).hexdigest()
    seen = []

    class Handler(BaseHTTPRequestHandler):
        def do_HEAD(self):
            seen.append((self.command, self.path))
            if self.path == "/acme/tiny/resolve/main/tokenizer.json":
                headers = {"X-Repo-Commit": COMMIT, "ETag": f'"{etag}"'}
                self._answer(200, {**headers, "Content-Length": str(len(body))})
                return self.command == "GET" and self.wfile.write(body)
            kind = "RepoNotFound"
            if "tiny" in self.path:
                kind = "RevisionNotFound"
            if "gated" in self.path:
                kind = "GatedRepo"
            if "slow" in self.path:
                kind = "EntryNotFound"
            headers = {"X-Error-Code": kind, "X-Repo-Commit": COMMIT, "Content-Length": "0"}
            return self._answer(403 if kind == "GatedRepo" else 404, headers)

        do_GET = do_HEAD  # noqa: N815 - as above

        def _answer(self, status, headers):
            self.send_response(status)
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()

        def log_message(self, *args):
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}", seen
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.once
def test_what_the_hub_has_is_fetched_once(hub, fresh_python, tmp_path):
    """A second process finds it in the cache; what the Hub refuses is told with the reason."""
    url, seen = hub
    env = {"HF_ENDPOINT": url, "HF_HOME": str(tmp_path / "hf"), "NO_PROXY": "127.0.0.1"}
    lines = fresh_python(CODE, env=env).splitlines()
    assert lines[0] == f"tokenizer.json {COMMIT}"
    assert "acme/tiny at revision v1 is not in" in lines[1]
    assert "the model has no such revision. " in lines[1]
    assert f"{url} has no model of that name that you may see" in lines[2]
    assert "the Hub gives it to those alone" in lines[3]
    assert lines[4] == "None None"
    seen.clear()
    first = fresh_python(CODE.replace('("acme/tiny", "v1")', '("acme/tiny", None)'), env=env)
    assert first.splitlines()[0] == lines[0]
    assert not [path for _, path in seen if "tiny" in path]
