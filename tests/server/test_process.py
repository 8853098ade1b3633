from __future__ import annotations

import json
import os
import signal
import subprocess
import sys

import pytest

from aiperf.server.errors import EmbeddedServerError
from aiperf.server.process import EmbeddedServer
from aiperf.server.settings import ServerSettings

NEVER = 3_600_000  # ms


def answers(client):
    try:
        return client.send("GET", "/health").status == 200
    except OSError:
        return False


def kill(server):
    """Kill the process, and wait until it has ended."""
    os.kill(server.pid, signal.SIGKILL)
    os.waitid(os.P_PID, server.pid, os.WEXITED | os.WNOWAIT)


def test_a_server_is_there_for_the_length_of_a_context(client_of):
    """It answers as soon as the context begins, on a port of its own, and is gone after it."""
    with EmbeddedServer() as one, EmbeddedServer(ServerSettings(port=1)) as two:
        clients = [client_of(one.url), client_of(two.url)]
        assert one.url != two.url
        assert all(answers(client) for client in clients)
    assert not any(answers(client) for client in clients)
    assert (one.status, one.stderr) == (0, "")


def test_a_server_can_be_started_again(client_of):
    """``start`` and ``stop`` do what the context does; to do either twice is no error."""
    server = EmbeddedServer()
    for _ in range(2):
        server.start()
        pid = server.pid
        server.start()
        assert server.pid == pid
        assert answers(client_of(server.url))
        server.stop()
        server.stop()


def test_ctrl_c_does_not_reach_the_server():
    """It is in a session of its own, so the terminal's signals go to the parent alone."""
    with EmbeddedServer() as server:
        assert os.getsid(server.pid) == server.pid != os.getsid(0)


def test_responses_in_flight_are_ended_with_an_error(tmp_path, client_of, read_log):
    """A stream gets an error event, a whole response status 503; neither can pass for complete."""
    log = tmp_path / "truth.jsonl"
    connections = []
    try:
        with EmbeddedServer(ServerSettings(ttft=NEVER, log=log)) as server:
            for stream in (True, False):
                fields = {"model": "m", "messages": [{"role": "user"}], "stream": stream}
                connections.append(
                    client_of(server.url).open("POST", "/v1/chat/completions", json.dumps(fields))
                )
            streamed = connections[0].getresponse()
            assert streamed.readline().startswith(b"data: ")
            # The second was received once a third, sent after it, was answered.
            assert answers(client_of(server.url))
        *_, last = streamed.read().decode().strip().split("\n\n")
        assert json.loads(last.removeprefix("data: "))["error"]["type"] == "server_error"
        whole = connections[1].getresponse()
        assert (whole.status, list(json.loads(whole.read()))) == (503, ["error"])
    finally:
        for connection in connections:
            connection.close()
    entries = [each for each in read_log(log)[1:] if each["path"] != "/health"]
    assert {each["outcome"] for each in entries} == {"stopped"}
    assert {each["status"] for each in entries} == {200, 503}


def test_a_client_that_does_not_read_does_not_keep_the_server(tmp_path, client_of, read_log):
    """A response that cannot be got rid of is given up after a moment."""
    log = tmp_path / "truth.jsonl"
    with EmbeddedServer(ServerSettings(ttft=0, itl=0, output_tokens=131_072, log=log)) as server:
        fields = {"model": "m", "messages": [{"role": "user"}], "stream": True}
        connection = client_of(server.url).open("POST", "/v1/chat/completions", json.dumps(fields))
        assert connection.getresponse().readline()
    connection.close()
    (entry,) = read_log(log)[1:]
    assert entry["outcome"] == "stopped"
    assert 0 < entry["tokens"] < 131_072
    assert "Traceback" not in server.stderr


def test_the_log_is_complete_when_the_server_has_ended(tmp_path, client_of, read_log):
    """Requests that were answered a moment before are in it."""
    log = tmp_path / "truth.jsonl"
    with EmbeddedServer(ServerSettings(ttft=0, itl=0, log=log)) as server:
        client = client_of(server.url)
        for _ in range(100):
            client.chat()
    assert len(read_log(log)) == 101


@pytest.mark.parametrize("how", ["exit", "kill"])
def test_the_server_ends_with_its_parent(how, client_of, eventually):
    """A parent that is killed, or ends without closing anything, leaves no server behind."""
    code = """if True:
        import os, signal, sys
        from aiperf.server.process import EmbeddedServer
        server = EmbeddedServer()
        server.start()
        print(server.url, flush=True)
        sys.stdin.readline()
        os._exit(0) if sys.argv[1] == "exit" else os.kill(os.getpid(), signal.SIGKILL)
    """
    with subprocess.Popen(
        [sys.executable, "-c", code, how],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as parent:
        client = client_of(parent.stdout.readline().decode().strip())
        assert answers(client)
    eventually(lambda: not answers(client))


def test_a_server_that_does_not_start_says_why(tmp_path):
    """The error has what the process wrote, its status and the next step."""
    log = tmp_path / "missing" / "truth.jsonl"
    with (
        pytest.raises(EmbeddedServerError, match=r"did not start \(exit status 1\): ") as caught,
        EmbeddedServer(ServerSettings(log=log)),
    ):
        raise AssertionError
    assert caught.value.status == 1
    assert caught.value.stderr.count("\n") == 0
    assert str(log) in caught.value.stderr
    assert "--url" in str(caught.value)


def test_an_interpreter_that_is_not_there_is_an_error(monkeypatch, tmp_path):
    """Not even starting the process is the same kind of error."""
    monkeypatch.setattr(sys, "executable", str(tmp_path / "python"))
    with pytest.raises(EmbeddedServerError, match=r"did not start: .*No such file"):
        EmbeddedServer().start()


def test_a_server_that_ended_by_itself_is_an_error():
    """The run that it was for is in doubt."""
    server = EmbeddedServer()
    server.start()
    kill(server)
    with pytest.raises(EmbeddedServerError, match=r"ended by itself \(exit status -9\)"):
        server.stop()


def test_a_server_that_hangs_is_killed(monkeypatch):
    """It does not keep its parent; that its log may lack lines is an error."""
    monkeypatch.setattr("aiperf.server.process._GRACE_S", 0.1)
    server = EmbeddedServer()
    server.start()
    os.kill(server.pid, signal.SIGSTOP)
    with pytest.raises(EmbeddedServerError, match=r"orderly way.* \(exit status -9\)"):
        server.stop()


def test_a_server_that_takes_too_long_to_start_is_an_error(monkeypatch):
    """The error says how long was waited; the process is not left behind."""
    monkeypatch.setattr("aiperf.server.process._START_S", 0)
    server = EmbeddedServer()
    with pytest.raises(EmbeddedServerError, match="did not start: it was not ready within 0 s"):
        server.start()
    with pytest.raises(ChildProcessError):
        os.waitpid(server.pid, os.WNOHANG)


def test_an_exception_of_the_context_is_not_replaced():
    """What went wrong first is raised; that the server had ended is a note on it."""

    def run():
        with EmbeddedServer() as server:
            kill(server)
            raise KeyError

    with pytest.raises(KeyError) as caught:
        run()
    assert "ended by itself" in caught.value.__notes__[0]


@pytest.mark.parametrize(("flags", "starts"), [(["-P"], True), ([], False)])
def test_the_server_finds_the_modules_that_its_parent_finds(flags, starts, tmp_path):
    """What lies in the current directory is taken only if the parent takes it, too."""
    (tmp_path / "uvicorn.py").write_text("raise RuntimeError('the wrong uvicorn')")
    code = """if True:
        from aiperf.server.process import EmbeddedServer
        with EmbeddedServer() as server:
            print(server.url)
    """
    done = subprocess.run(
        [sys.executable, *flags, "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.stdout.startswith("http://127.0.0.1:") is starts
    assert ("the wrong uvicorn" in done.stderr) is not starts


def test_importing_the_handle_imports_no_server(fresh_python):
    """A benchmark of another server does not pay for this one."""
    code = """
        import sys
        import aiperf.server.process
        print({"uvicorn", "uvloop", "httptools", "orjson", "asyncio"} & set(sys.modules))
    """
    assert fresh_python(code) == "set()\n"
