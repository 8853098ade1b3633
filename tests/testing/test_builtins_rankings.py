"""The builtin endpoints for rankings keep the contract that plugins are held to."""

from __future__ import annotations

from aiperf.common.models import Turn
from aiperf.testing import EndpointContract


class _Rankings(EndpointContract):
    __test__ = False

    def turns(self, *texts):
        return [Turn((text, "another passage"), query="the query") for text in texts]


class TestNIM(_Rankings):
    __test__ = True
    implementation = "nim_rankings"
    good_response = (
        b'{"rankings": [{"index": 1, "logit": 0.5}, {"index": 0, "logit": -2}],'
        b' "usage": {"prompt_tokens": 3, "total_tokens": 3}}'
    )


class TestCohere(_Rankings):
    __test__ = True
    implementation = "cohere_rankings"
    good_response = (
        b'{"results": [{"index": 1, "relevance_score": 0.5}, {"index": 0, "relevance_score": 0}],'
        b' "meta": {"tokens": {"input_tokens": 3}}}'
    )


class TestTEI(_Rankings):
    __test__ = True
    implementation = "rankings=hf_tei_rankings"
    good_response = b'[{"index": 1, "score": 0.5}, {"index": 0, "score": 0}]'
