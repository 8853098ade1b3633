"""What an artifact says about how it came to be, and what it never says."""

from __future__ import annotations

import hashlib
import json
import platform
from dataclasses import replace
from pathlib import Path
from textwrap import dedent
from zipfile import ZipFile

import pytest

import aiperf
from aiperf.benchmark.provenance import (
    input_config,
    provenance,
    redacted_command,
    secrets_of,
    without_credentials,
)
from aiperf.common.errors import AIPerfError
from aiperf.plugins.errors import PluginLoadError
from aiperf.plugins.origins import Origin, OriginKind
from aiperf.plugins.report import DiscoveryReport, PluginRecord, PluginStatus

SECRET = "s3cr3t"  # noqa: S105 - a pretend one


def test_builtins_are_told_with_their_files(config):
    """Each part that the run uses, in the order in which data goes through them, and metrics."""
    told = provenance(config, ["request_latency"], DiscoveryReport())
    parts = told["implementations"]
    assert [(each["factory"], each["class_type"], each["identifier"]) for each in parts] == [
        ("endpoint", "chat", "openai_chat"),
        ("transport", "http", "http"),
        ("dataset", "synthetic", "synthetic"),
        ("arrival", "concurrency", "concurrency"),
        ("tokenizer", "builtin", "builtin"),
        ("executor", "local", "local"),
        ("ui", "none", "none"),
        ("exporter", "json", "json"),
        ("exporter", "jsonl", "jsonl"),
        ("metric", "request_latency", "request_latency"),
    ]
    file = Path(aiperf.__file__).parent / "endpoints" / "openai_chat.py"
    assert parts[0] == {
        "factory": "endpoint",
        "class_type": "chat",
        "identifier": "openai_chat",
        "origin": "builtin",
        "plugin": parts[0]["plugin"],
        "distribution": "aiperf",
        "version": aiperf.__version__,
        "module": "aiperf.endpoints.openai_chat",
        "class": "ChatEndpoint",
        "file": str(file),
        "sha256": hashlib.sha256(file.read_bytes()).hexdigest(),
    }
    assert told["aiperf_version"] == aiperf.__version__
    assert told["python"] == platform.python_version()
    assert told["platform"] == platform.platform()
    assert told["command"] == ["aiperf", "profile"]
    assert told["overrides"] == {}
    assert json.loads(json.dumps(told)) == told


def test_every_plugin_is_told_with_its_fate(config):
    """Why it failed or was left out, and nothing for one that is active."""

    def record(name, status, **why):
        return PluginRecord(name, Origin(OriginKind.ENTRY_POINT, name), status, **why)

    report = DiscoveryReport(
        (
            record("good", PluginStatus.ACTIVE),
            record("bad", PluginStatus.FAILED, error=PluginLoadError("it broke")),
            record("off", PluginStatus.DISABLED, reason="AIPERF_PLUGINS_DISABLED names it"),
        )
    )
    assert provenance(config, [], report)["plugins"] == [
        {"name": "good", "status": "active", "why": None},
        {"name": "bad", "status": "failed", "why": "it broke"},
        {"name": "off", "status": "disabled", "why": "AIPERF_PLUGINS_DISABLED names it"},
    ]


def test_a_class_type_that_nobody_registered_is_an_error(with_types):
    with pytest.raises(AIPerfError, match="'nonesuch'"):
        provenance(with_types(transport="nonesuch"), [], DiscoveryReport())


TELL = """
    import json
    from aiperf.benchmark.provenance import provenance
    from aiperf.common.config import (
        BenchmarkConfig, DatasetConfig, LoadConfig, OutputConfig, TransportConfig
    )
    from aiperf.common.factories import PluginDiscovery

    config = BenchmarkConfig(
        "m", TransportConfig(""), DatasetConfig(), LoadConfig(), OutputConfig("x")
    )
    print(json.dumps(provenance(config, [], PluginDiscovery.discover_all())))
"""

PLUGIN = """
    from aiperf import LazyEntry, hookimpl
    @hookimpl
    def aiperf_register_endpoint():
        return [LazyEntry("chat", "acme_chat", "AcmeChat", identifier="acme")]
    @hookimpl
    def aiperf_register_transport():
        return [LazyEntry("http", "acme_chat", "Copied", identifier="acme")]
"""


def test_an_installed_plugin_is_told_with_its_distribution(fresh_python, make_distribution):
    """The file is that of the class, wherever the plugin took it from."""
    site = make_distribution(
        "Acme.Chat",
        "2.1",
        files={
            "acme_registry.py": PLUGIN,
            "acme_chat.py": "class AcmeChat: pass\nfrom acme_parts import Copied\n",
            "acme_parts.py": "class Copied: pass\n",
        },
        entry_points={"aiperf.plugins": {"acme": "acme_registry"}},
    )
    told = json.loads(fresh_python(TELL, path=[site]))
    endpoint, transport, dataset, *_ = told["implementations"]
    assert endpoint == {
        "factory": "endpoint",
        "class_type": "chat",
        "identifier": "acme",
        "origin": "entry-point",
        "plugin": "acme",
        "distribution": "Acme.Chat",
        "version": "2.1",
        "module": "acme_chat",
        "class": "AcmeChat",
        "file": str(site / "acme_chat.py"),
        "sha256": hashlib.sha256((site / "acme_chat.py").read_bytes()).hexdigest(),
    }
    assert transport["module"] == "acme_parts"
    assert transport["file"] == str(site / "acme_parts.py")
    assert dataset["origin"] == "builtin"
    assert told["plugins"] == [{"name": "acme", "status": "active", "why": None}]


def test_overrides_are_told(fresh_python, make_distribution):
    """Those of the environment, with what runs because of them."""
    site = make_distribution(
        "acme",
        files={"acme_registry.py": PLUGIN, "acme_chat.py": "class Copied: pass"},
        entry_points={"aiperf.plugins": {"acme": "acme_registry"}},
    )
    told = json.loads(
        fresh_python(TELL, path=[site], env={"AIPERF_IMPLEMENTATIONS": "endpoint.chat=openai_chat"})
    )
    assert told["overrides"] == {"endpoint.chat": "openai_chat"}
    assert told["implementations"][0]["origin"] == "builtin"
    assert told["implementations"][1]["origin"] == "entry-point"


def test_a_class_without_a_file_has_none(fresh_python, make_distribution):
    """It is still told where it came from."""
    source = """
        import sys
        from types import ModuleType
        from aiperf import LazyEntry, hookimpl
        made = ModuleType("made")
        made.Made = type("Made", (), {"__module__": "made"})
        sys.modules["made"] = made
        @hookimpl
        def aiperf_register_endpoint():
            return [LazyEntry("chat", "made", "Made", identifier="made")]
    """
    site = make_distribution(
        "acme",
        files={"acme.py": source},
        entry_points={"aiperf.plugins": {"acme": "acme"}},
    )
    endpoint = json.loads(fresh_python(TELL, path=[site]))["implementations"][0]
    assert endpoint["module"] == "made"
    assert endpoint["file"] is endpoint["sha256"] is None


def test_a_file_that_cannot_be_read_has_no_digest(fresh_python, tmp_path):
    """A plugin in an archive, for instance."""
    with ZipFile(tmp_path / "acme.zip", "w") as archive:
        archive.writestr("acme_registry.py", dedent(PLUGIN))
        archive.writestr("acme_chat.py", "class AcmeChat: pass\nclass Copied: pass\n")
    archive = tmp_path / "acme.zip"
    told = json.loads(
        fresh_python(TELL, path=[archive], env={"AIPERF_PLUGIN_MODULES": "acme_registry"})
    )
    endpoint = told["implementations"][0]
    assert endpoint["file"] == str(archive / "acme_chat.py")
    assert endpoint["sha256"] is None


@pytest.mark.parametrize(
    ("words", "shown"),
    [
        (["--api-key", SECRET], ["--api-key", "***"]),
        ([f"--api-key={SECRET}"], ["--api-key=***"]),
        (["--api-key", f"--x={SECRET}"], ["--api-key", "***"]),
        (["-H", f"Authorization: Bearer {SECRET}"], ["-H", "Authorization:***"]),
        ([f"-HAuthorization:{SECRET}"], ["-HAuthorization:***"]),
        (["--header", f"X-Api-Key:{SECRET}"], ["--header", "X-Api-Key:***"]),
        ([f"--header=authorization: {SECRET}"], ["--header=authorization:***"]),
        (["-H", f"Proxy-Authorization: {SECRET}"], ["-H", "Proxy-Authorization:***"]),
        (["-H", f"X-AUTH-TOKEN: {SECRET}"], ["-H", "X-AUTH-TOKEN:***"]),
        (["-H", f"Cookie: session={SECRET}"], ["-H", "Cookie:***"]),
        (["-H", f"X-Password: {SECRET}"], ["-H", "X-Password:***"]),
        (["-H", f"X-Client-Secret: {SECRET}"], ["-H", "X-Client-Secret:***"]),
        (["-H", f"X-Forwarded: Bearer {SECRET}"], ["-H", "X-Forwarded:***"]),
        (["-H", f"X-Forwarded: basic {SECRET}"], ["-H", "X-Forwarded:***"]),
        (["-H", f"Authorization {SECRET}"], ["-H", "***"]),
        (["-H", f'{{"A": "b", "Authorization": "{SECRET}"}}'], ["-H", "***"]),
        ([f'--header={{"A": "b", "Key": "{SECRET}"}}'], ["--header=***"]),
        (["--url", f"http://me:{SECRET}@host/v1"], ["--url", "http://***@host/v1"]),
        ([f"--url=https://me:{SECRET}@host"], ["--url=https://***@host"]),
        ([f"-uhttps://me:{SECRET}@host"], ["-uhttps://***@host"]),
        (["-u", f"me:{SECRET}@host:8000"], ["-u", "***@host:8000"]),
        ([f"--url={SECRET}@host"], ["--url=***@host"]),
        (["--url", f"http://me:a@{SECRET}/b@host"], ["--url", "http://***@host"]),
        (["--extra-inputs", f"hook:http://me:{SECRET}@host"], ["--extra-inputs", None]),
    ],
)
def test_secrets_are_blotted_out_of_the_command(words, shown):
    """However the option is spelled; what is around it can still be read."""
    redacted = redacted_command(["aiperf", "profile", *words, "--model", "m"])
    assert SECRET not in " ".join(redacted)
    assert redacted[:2] + redacted[-2:] == ["aiperf", "profile", "--model", "m"]
    for word, expected in zip(redacted[2:], shown, strict=False):
        assert expected in (None, word)


def test_what_is_no_secret_is_shown():
    command = [
        *("aiperf", "profile", "-H", "X-Team: blue", "--header=Accept: */*", "-HX-Trace:1"),
        *("--url", "http://host:8000/v1", "-u", "host", "--model=a/b", "-m", "x"),
        *("--system-prompt", "the key: mail me@host", "--extra-inputs", "a:1"),
    ]
    assert redacted_command(command) == command


def test_the_configuration_has_everything_but_secrets(config):
    """JSON-ready, defaults included."""
    transport = replace(
        config.transport,
        url=f"https://me:{SECRET}@host/v1",
        api_key=SECRET,
        headers={
            "Authorization": f"Bearer {SECRET}",
            "x-api-key": SECRET,
            "X-Other": f"Bearer {SECRET}",
            "X-Team": "blue",
        },
    )
    command = ("aiperf", "profile", "--api-key", SECRET)
    told = input_config(replace(config, transport=transport, command=command))
    assert SECRET not in json.dumps(told)
    assert told["transport"]["url"] == "https://***@host/v1"
    assert told["transport"]["api_key"] == "***"
    assert told["transport"]["headers"] == {
        "Authorization": "***",
        "x-api-key": "***",
        "X-Other": "***",
        "X-Team": "blue",
    }
    assert told["transport"]["connect_timeout"] == 10.0
    assert told["dataset"]["random_seed"] == 1
    assert told["output"]["artifact_dir"] == str(config.output.artifact_dir)
    assert told["types"]["exporters"] == ["json", "jsonl"]
    assert told["command"] == ["aiperf", "profile", "--api-key", "***"]


def test_what_no_artifact_may_contain(config):
    """The key and the values of secret headers, whole and without their scheme, longest first."""
    headers = {"Authorization": "Bearer abcdef", "X-Api-Key": "0123456789", "X-Team": "blue"}
    transport = replace(config.transport, api_key=SECRET, headers=headers)
    assert set(secrets_of(transport)) == {SECRET, "Bearer abcdef", "abcdef", "0123456789"}
    lengths = [len(each) for each in secrets_of(transport)]
    assert lengths == sorted(lengths, reverse=True)
    assert secrets_of(config.transport) == ()
    short = replace(config.transport, api_key="x", headers={"X-Token": "1", "Cookie": ""})
    assert secrets_of(short) == ()  # or every x in a message would be blotted out


def test_no_key_is_told_as_none(config):
    assert input_config(config)["transport"]["api_key"] is None


def test_a_url_without_credentials_stays_as_it_is():
    assert without_credentials("http://host:8000/v1") == "http://host:8000/v1"
