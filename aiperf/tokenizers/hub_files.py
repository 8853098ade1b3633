"""Finds a tokenizer's file: in a directory, in the Hugging Face cache, or on the Hub."""

from __future__ import annotations

import re
import socket
import urllib.request
from pathlib import Path
from urllib.parse import urlsplit

from huggingface_hub import constants, hf_hub_download, try_to_load_from_cache
from huggingface_hub.errors import (
    EntryNotFoundError,
    GatedRepoError,
    LocalEntryNotFoundError,
    RepositoryNotFoundError,
    RevisionNotFoundError,
)

from aiperf.common.errors import ConfigError

OPTION = "--tokenizer"
FILE = "tokenizer.json"
_CONFIG = "tokenizer_config.json"
_HUB_NAME = re.compile(r"\w[\w.-]*(/\w[\w.-]*)?")
_REACHABLE_S = 10.0
_STEP = (
    "Give the directory of a copy with --tokenizer, or set HF_HOME to a cache that has it, or take "
    "--tokenizer builtin, which needs no file"
)


def local_path(name: str) -> Path | None:
    """Return the file or directory that ``name`` means, ``None`` if it is a name on the Hub.

    What is there is meant; what looks like a path is none of the Hub's names.

    Raises:
        ConfigError: it can only be a path, and there is nothing.
    """
    path = Path(name).expanduser()
    if path.exists():
        return path
    if _HUB_NAME.fullmatch(name):
        return None
    raise ConfigError(
        f"there is no file or directory {name}. {OPTION} takes the directory of a tokenizer, a "
        "name on the Hugging Face Hub such as org/model, or one of the class types",
        option=OPTION,
    )


def hub_file(name: str, revision: str | None) -> Path | None:
    """Return the ``tokenizer.json`` of a model, ``None`` if the model has none.

    What the cache has is taken from there, and no network is touched.

    Raises:
        ConfigError: it is neither in the cache nor to be had from the Hub.
    """
    cached = try_to_load_from_cache(name, FILE, revision=revision)
    if isinstance(cached, str):
        return Path(cached)
    if isinstance(try_to_load_from_cache(name, _CONFIG, revision=revision), str):
        return None  # the cache has the model's tokenizer, and that is of another kind
    asked = name if revision is None else f"{name} at revision {revision}"
    if constants.HF_HUB_OFFLINE:
        raise _unavailable(asked, "HF_HUB_OFFLINE forbids to fetch it")
    unreachable = _unreachable(constants.ENDPOINT)
    if unreachable:
        raise _unavailable(asked, unreachable)
    try:
        return Path(hf_hub_download(name, FILE, revision=revision))
    except Exception as error:
        if _is_absent(error):
            return None
        raise _unavailable(asked, _reason(error)) from error


def commit_of(file: Path) -> str | None:
    """Return the commit that a file of the cache belongs to, ``None`` for any other file."""
    return file.parent.name if file.parent.parent.name == "snapshots" else None


def _unreachable(url: str) -> str:
    """Return why there is no connection to the Hub, which would otherwise be tried for long."""
    parts = urlsplit(url)
    if parts.scheme in urllib.request.getproxies() or not parts.hostname:
        return ""
    port = parts.port or (443 if parts.scheme == "https" else 80)
    try:
        socket.create_connection((parts.hostname, port), _REACHABLE_S).close()
    except OSError as error:
        return f"{url} cannot be reached: {error.strerror or error}"
    return ""


def _is_absent(error: Exception) -> bool:
    """Return whether the Hub has the model, but no such file in it."""
    return isinstance(error, EntryNotFoundError) and not isinstance(error, LocalEntryNotFoundError)


def _reason(error: Exception) -> str:
    """Return why a file could not be fetched; errors of several libraries come here."""
    match error:
        case GatedRepoError():
            return "the Hub gives it to those alone who have asked for it and set HF_TOKEN"
        case RepositoryNotFoundError():
            return (
                f"{constants.ENDPOINT} has no model of that name that you may see; a private one "
                "needs HF_TOKEN"
            )
        case RevisionNotFoundError():
            return "the model has no such revision"
        case LocalEntryNotFoundError():
            return f"{constants.ENDPOINT} did not answer"
    return f"fetching it failed: {' '.join(str(error).split())}"


def _unavailable(asked: str, why: str) -> ConfigError:
    return ConfigError(
        f"the tokenizer of {asked} is not in {constants.HF_HUB_CACHE}, and {why}. {_STEP}",
        option=OPTION,
    )
