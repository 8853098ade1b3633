"""The builtin endpoints keep the contract that plugins are held to."""

from __future__ import annotations

from aiperf.testing import EndpointContract


class TestChat(EndpointContract):
    implementation = "chat=openai_chat"
    good_response = (
        b'{"object": "chat.completion", "choices": [{"index": 0, "finish_reason": "stop",'
        b' "message": {"role": "assistant", "content": "Gr\xc3\xbc\xc3\x9fe."}}],'
        b' "usage": {"prompt_tokens": 1, "completion_tokens": 2,'
        b' "completion_tokens_details": {"reasoning_tokens": 0}}}'
    )
    good_text = "Grüße."
    good_stream = (
        b'data: {"choices": [{"index": 0, "delta": {"role": "assistant", "content": ""}}]}\n\n',
        b'data: {"choices": [{"index": 0, "delta": {"content": "Gr\xc3\xbc"}}]}\n\n',
        b'data: {"choices": [{"index": 0, "delta": {"content": "\xc3\x9fe."}}]}\n\n',
        b'data: {"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}\n\n',
        b'data: {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}\n\n',
        b"data: [DONE]\n\n",
    )


class TestCompletions(EndpointContract):
    implementation = "completions=openai_completions"
    good_response = (
        b'{"object": "text_completion", "choices": [{"index": 0, "text": "Hello.",'
        b' "finish_reason": "stop"}], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}'
    )
    good_text = "Hello."
    good_stream = (
        b'data: {"choices": [{"index": 0, "text": "Hello", "finish_reason": null}]}\n\n',
        b'data: {"choices": [{"index": 0, "text": ".", "finish_reason": "stop"}]}\n\n',
        b'data: {"choices": [], "usage": {"prompt_tokens": 1, "completion_tokens": 2}}\n\n',
        b"data: [DONE]\n\n",
    )


class TestResponses(EndpointContract):
    implementation = "responses=openai_responses"
    good_response = (
        b'{"object": "response", "status": "completed", "error": null, "output": [{"type":'
        b' "message", "content": [{"type": "output_text", "text": "Hello."}]}],'
        b' "usage": {"input_tokens": 1, "output_tokens": 2}}'
    )
    good_text = "Hello."
    good_stream = (
        b'event: response.created\ndata: {"type": "response.created", "response": {}}\n\n',
        (
            b'event: response.output_text.delta\ndata: {"type": "response.output_text.delta",'
            b' "delta": "Hello"}\n\n'
        ),
        (
            b'event: response.output_text.delta\ndata: {"type": "response.output_text.delta",'
            b' "delta": "."}\n\n'
        ),
        (
            b'event: response.completed\ndata: {"type": "response.completed", "response":'
            b' {"status": "completed", "usage": {"input_tokens": 1, "output_tokens": 2}}}\n\n'
        ),
    )


class TestMessages(EndpointContract):
    implementation = "messages=anthropic_messages"
    good_response = (
        b'{"type": "message", "content": [{"type": "text", "text": "Hello."}],'
        b' "stop_reason": "end_turn", "usage": {"input_tokens": 1, "output_tokens": 2}}'
    )
    good_text = "Hello."
    good_stream = (
        (
            b'event: message_start\ndata: {"type": "message_start", "message": {"usage":'
            b' {"input_tokens": 1}}}\n\n'
        ),
        b'event: ping\ndata: {"type": "ping"}\n\n',
        (
            b'event: content_block_delta\ndata: {"type": "content_block_delta", "delta": {"type":'
            b' "text_delta", "text": "Hello."}}\n\n'
        ),
        (
            b'event: message_delta\ndata: {"type": "message_delta", "delta": {"stop_reason":'
            b' "end_turn"}, "usage": {"output_tokens": 2}}\n\n'
        ),
        b'event: message_stop\ndata: {"type": "message_stop"}\n\n',
    )


class TestHuggingFaceGenerate(EndpointContract):
    implementation = "huggingface_generate=huggingface_generate"
    extra_inputs_go_to = "parameters"
    good_response = (
        b'{"generated_text": "Hello.", "details": {"finish_reason": "length",'
        b' "generated_tokens": 2}}'
    )
    good_text = "Hello."
    good_stream = (
        b'data: {"token": {"text": "Hello", "special": false}, "generated_text": null}\n\n',
        (
            b'data: {"token": {"text": ".", "special": false}, "generated_text": "Hello.",'
            b' "details": {"finish_reason": "length", "generated_tokens": 2}}\n\n'
        ),
    )


class TestEmbeddings(EndpointContract):
    implementation = "embeddings=openai_embeddings"
    good_response = (
        b'{"object": "list", "data": [{"object": "embedding", "index": 0, "embedding": [0.1, -2]}],'
        b' "usage": {"prompt_tokens": 3, "total_tokens": 3}}'
    )
