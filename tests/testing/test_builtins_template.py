"""The builtin endpoint ``template`` keeps the contract that plugins are held to."""

from __future__ import annotations

from aiperf.testing import EndpointContract

TEMPLATE = '{"prompt": {{ text|tojson }}{% if max_tokens %}, "n": {{ max_tokens }}{% endif %}}'


class TestTemplate(EndpointContract):
    implementation = "template"
    good_response = '{"answer": {"texts": ["Grüße", "."]}, "usage": {"prompt_tokens": 1}}'.encode()
    good_text = "Grüße."
    good_stream = (
        b": hello\n\n",
        'data: {"answer": {"texts": ["Grüße", "."]}}\n\n'.encode(),
        b"data: [DONE]\n\n",
    )

    def model_endpoint(self, **changes):
        own = {"payload_template": TEMPLATE, "response_field": "answer.texts"}
        changes["extra_inputs"] = {**own, **changes.get("extra_inputs", {})}
        return super().model_endpoint(**changes)


class TestLines(TestTemplate):
    stream_type = "application/x-ndjson"
    good_stream = ('{"answer": {"texts": ["Grüße", "."]}}\n'.encode(), b'{"done": true}\n')
