from __future__ import annotations

import json
import socket
import subprocess
import sys

import pytest

from aiperf.server.errors import ServerBindError
from aiperf.server.process import EmbeddedServer
from aiperf.server.serve import serve
from aiperf.server.settings import ServerSettings


def unreachable(url):
    raise AssertionError(url)


def has_ipv6_loopback():
    try:
        socket.create_server(("::1", 0), family=socket.AF_INET6).close()
    except OSError:
        return False
    return True


def test_a_port_in_use_is_an_error(tmp_path):
    """The error names the address and what to do; the log that it would have had is not made."""
    log = tmp_path / "truth.jsonl"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(ServerBindError, match=rf"127\.0\.0\.1:{port}: .*in use.*--port"):
            serve(ServerSettings(port=port, log=log), unreachable)
    assert not log.exists()


@pytest.mark.parametrize("host", ["192.0.2.1", "no-such-host.invalid"])
def test_an_address_of_another_machine_is_an_error(host):
    """The next step is another ``--host``."""
    with pytest.raises(ServerBindError, match="--host") as caught:
        serve(ServerSettings(host=host, port=0), unreachable)
    assert caught.value.host == host


def test_an_ipv6_address_can_be_listened_on(client_of):
    """The URL has the address in brackets."""
    if not has_ipv6_loopback():
        pytest.skip("this machine has no IPv6 loopback")
    with EmbeddedServer(ServerSettings(host="::1")) as server:
        assert server.url.startswith("http://[::1]:")
        assert client_of(server.url).send("GET", "/health").status == 200


@pytest.mark.parametrize("settings", [{"jitter": 3}, {"host": "192.0.2.1"}, {"log": "/"}])
def test_the_process_says_in_one_line_why_it_does_not_start(settings):
    """``python -m aiperf.server`` never shows a traceback for what a person can put right."""
    done = subprocess.run(
        [sys.executable, "-m", "aiperf.server", json.dumps(settings)],
        stdin=subprocess.PIPE,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (done.returncode, done.stdout) == (1, "")
    assert done.stderr.count("\n") == 1
    assert "Traceback" not in done.stderr
