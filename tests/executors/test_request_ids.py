"""Ids of requests and sessions."""

from __future__ import annotations

import uuid

from aiperf.executors.request_ids import RequestIds


def test_ids_are_uuids_and_all_different():
    """They parse as random UUIDs, within a run and between runs no two are the same."""
    one, other = RequestIds(), RequestIds()
    made = [ids.new() for _ in range(1000) for ids in (one, other)]
    assert len(set(made)) == 2000
    assert {uuid.UUID(each).version for each in made} == {4}
    assert {str(uuid.UUID(each)) for each in made} == set(made)
