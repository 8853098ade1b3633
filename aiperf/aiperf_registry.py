"""Every builtin implementation of AIPerf, and nothing else.

Each function is a hook implementation like any plugin's, at the lowest priority.
"""

from __future__ import annotations

from aiperf.plugins import LazyEntry, hookimpl


@hookimpl(trylast=True)
def aiperf_register_endpoint() -> list[LazyEntry]:
    """Wire formats."""
    return [
        LazyEntry(
            "chat",
            "aiperf.endpoints.openai_chat",
            "ChatEndpoint",
            identifier="openai_chat",
            description="OpenAI chat completions, streamed or not",
            metadata={
                "path": "/v1/chat/completions",
                "streaming": True,
                "tokens": True,
                "inputs": ["text", "image", "audio"],
            },
        ),
        LazyEntry(
            "completions",
            "aiperf.endpoints.openai_completions",
            "CompletionsEndpoint",
            identifier="openai_completions",
            description="OpenAI completions of a plain text, streamed or not",
            metadata={
                "path": "/v1/completions",
                "streaming": True,
                "tokens": True,
                "inputs": ["text"],
            },
        ),
        LazyEntry(
            "responses",
            "aiperf.endpoints.openai_responses",
            "ResponsesEndpoint",
            identifier="openai_responses",
            description="OpenAI responses, streamed or not",
            metadata={
                "path": "/v1/responses",
                "streaming": True,
                "tokens": True,
                "inputs": ["text", "image", "audio"],
            },
        ),
        LazyEntry(
            "messages",
            "aiperf.endpoints.anthropic_messages",
            "MessagesEndpoint",
            identifier="anthropic_messages",
            description="Anthropic messages, streamed or not",
            metadata={
                "path": "/v1/messages",
                "streaming": True,
                "tokens": True,
                "inputs": ["text", "image"],
                "api_key_header": "x-api-key",
            },
        ),
        LazyEntry(
            "huggingface_generate",
            "aiperf.endpoints.huggingface_generate",
            "HuggingFaceGenerateEndpoint",
            identifier="huggingface_generate",
            description="Hugging Face Text Generation Inference, streamed or not",
            metadata={
                "path": "/generate",
                "streaming_path": "/generate_stream",
                "streaming": True,
                "tokens": True,
                "inputs": ["text"],
            },
        ),
        LazyEntry(
            "embeddings",
            "aiperf.endpoints.openai_embeddings",
            "EmbeddingsEndpoint",
            identifier="openai_embeddings",
            description="OpenAI embeddings",
            metadata={
                "path": "/v1/embeddings",
                "streaming": False,
                "tokens": False,
                "inputs": ["text"],
            },
        ),
        LazyEntry(
            "nim_rankings",
            "aiperf.endpoints.nim_rankings",
            "NIMRankingsEndpoint",
            identifier="nim_rankings",
            description="rankings of NVIDIA's NIM",
            metadata={
                "path": "/v1/ranking",
                "streaming": False,
                "tokens": False,
                "inputs": ["text", "query"],
            },
        ),
        LazyEntry(
            "cohere_rankings",
            "aiperf.endpoints.cohere_rankings",
            "CohereRankingsEndpoint",
            identifier="cohere_rankings",
            description="rankings of Cohere's API",
            metadata={
                "path": "/v2/rerank",
                "streaming": False,
                "tokens": False,
                "inputs": ["text", "query"],
            },
        ),
        LazyEntry(
            "hf_tei_rankings",
            "aiperf.endpoints.hf_tei_rankings",
            "HFTEIRankingsEndpoint",
            identifier="hf_tei_rankings",
            description="rankings of Hugging Face's Text Embeddings Inference",
            metadata={
                "path": "/rerank",
                "streaming": False,
                "tokens": False,
                "inputs": ["text", "query"],
            },
        ),
        LazyEntry(
            "rankings",
            "aiperf.endpoints.nim_rankings",
            "NIMRankingsEndpoint",
            identifier="nim_rankings",
            description="rankings of NVIDIA's NIM",
            metadata={
                "path": "/v1/ranking",
                "streaming": False,
                "tokens": False,
                "inputs": ["text", "query"],
            },
        ),
        LazyEntry(
            "rankings",
            "aiperf.endpoints.cohere_rankings",
            "CohereRankingsEndpoint",
            identifier="cohere_rankings",
            description="rankings of Cohere's API",
            metadata={
                "path": "/v2/rerank",
                "streaming": False,
                "tokens": False,
                "inputs": ["text", "query"],
            },
        ),
        LazyEntry(
            "rankings",
            "aiperf.endpoints.hf_tei_rankings",
            "HFTEIRankingsEndpoint",
            identifier="hf_tei_rankings",
            description="rankings of Hugging Face's Text Embeddings Inference",
            metadata={
                "path": "/rerank",
                "streaming": False,
                "tokens": False,
                "inputs": ["text", "query"],
            },
        ),
        LazyEntry(
            "template",
            "aiperf.endpoints.template",
            "TemplateEndpoint",
            identifier="template",
            description="any JSON API, by a template for requests and a path into responses",
            metadata={"path": "/", "streaming": True, "tokens": True, "extra": "template"},
        ),
        LazyEntry(
            "kserve_v2_infer",
            "aiperf.endpoints.kserve_v2_infer",
            "KServeV2InferEndpoint",
            identifier="kserve_v2_infer",
            description="KServe v2 inference, text in tensors; streamed over gRPC alone",
            metadata={
                "path": "/v2/models/MODEL/infer",
                "streaming": True,
                "tokens": True,
                "streaming_transports": ["grpc"],
                "inputs": ["text"],
            },
        ),
    ]


@hookimpl(trylast=True)
def aiperf_register_transport() -> list[LazyEntry]:
    """Ways to send requests."""
    return [
        LazyEntry(
            "http",
            "aiperf.transports.http_transport",
            "HTTPTransport",
            identifier="http",
            description="HTTP/1.1 with keep-alive, TLS and streaming",
            metadata={"schemes": ["http", "https", "unix", "http+unix"]},
        ),
        LazyEntry(
            "httpx",
            "aiperf.transports.httpx_transport",
            "HTTPXTransport",
            identifier="httpx",
            description="HTTP/2 and proxies, by httpx",
            metadata={"schemes": ["http", "https"], "extra": "httpx"},
        ),
        LazyEntry(
            "grpc",
            "aiperf.transports.grpc_transport",
            "GRPCTransport",
            identifier="grpc",
            description="KServe v2 inference over gRPC, unary and streamed",
            metadata={"schemes": ["grpc", "grpcs"], "extra": "grpc"},
        ),
    ]


@hookimpl(trylast=True)
def aiperf_register_dataset() -> list[LazyEntry]:
    """Sources of conversations."""
    return [
        LazyEntry(
            "synthetic",
            "aiperf.datasets.synthetic",
            "SyntheticDataset",
            identifier="synthetic",
            description="generated prompts of a given length in tokens",
        ),
        LazyEntry(
            "single_turn",
            "aiperf.datasets.single_turn",
            "SingleTurnDataset",
            identifier="single_turn",
            description="a file with one prompt a line",
            metadata={"fields": ["text", "texts", "image", "images", "audio", "audios"]},
        ),
        LazyEntry(
            "multi_turn",
            "aiperf.datasets.multi_turn",
            "MultiTurnDataset",
            identifier="multi_turn",
            description="a file with one conversation a line",
            metadata={"fields": ["turns"]},
        ),
        LazyEntry(
            "random_pool",
            "aiperf.datasets.random_pool",
            "RandomPoolDataset",
            identifier="random_pool",
            description="prompts drawn at random from a file, or from each file of a directory",
            metadata={"directories": True},
        ),
        LazyEntry(
            "mooncake_trace",
            "aiperf.datasets.mooncake_trace",
            "MooncakeTraceDataset",
            identifier="mooncake_trace",
            description="a trace of times, lengths and hashes",
            metadata={"fields": ["input_length", "text_input"]},
        ),
        LazyEntry(
            "sharegpt",
            "aiperf.datasets.sharegpt",
            "ShareGPTDataset",
            identifier="sharegpt",
            description="recorded conversations, a file of the ShareGPT collection",
            metadata={"fields": ["conversations"]},
        ),
    ]


@hookimpl(trylast=True)
def aiperf_register_arrival() -> list[LazyEntry]:
    """Arrival patterns."""
    return [
        LazyEntry(
            "concurrency",
            "aiperf.arrivals.concurrency",
            "ConcurrencyArrival",
            identifier="concurrency",
            description="closed loop: a number of requests in flight at a time",
        ),
        LazyEntry(
            "concurrency_burst",
            "aiperf.arrivals.concurrency",
            "ConcurrencyArrival",
            identifier="concurrency",
            description="the same, by the name that NVIDIA's AIPerf has for it",
        ),
        LazyEntry(
            "constant",
            "aiperf.arrivals.constant",
            "ConstantArrival",
            identifier="constant",
            description="open loop: a rate, at even intervals",
        ),
        LazyEntry(
            "poisson",
            "aiperf.arrivals.poisson",
            "PoissonArrival",
            identifier="poisson",
            description="open loop: a rate, at random, as of many independent users",
        ),
        LazyEntry(
            "gamma",
            "aiperf.arrivals.gamma",
            "GammaArrival",
            identifier="gamma",
            description="open loop: a rate, at random, as bursty or even as asked for",
        ),
        LazyEntry(
            "fixed_schedule",
            "aiperf.arrivals.fixed_schedule",
            "FixedScheduleArrival",
            identifier="fixed_schedule",
            description="open loop: the timestamps of the dataset",
        ),
        LazyEntry(
            "user_centric",
            "aiperf.arrivals.user_centric",
            "UserCentricArrival",
            identifier="user_centric",
            description="open loop: a number of users, the turns of each at even intervals",
        ),
    ]


@hookimpl(trylast=True)
def aiperf_register_tokenizer() -> list[LazyEntry]:
    """Ways to count tokens."""
    return [
        LazyEntry(
            "builtin",
            "aiperf.tokenizers.builtin",
            "BuiltinTokenizer",
            identifier="builtin",
            description="words and punctuation; needs no download",
        ),
        LazyEntry(
            "huggingface",
            "aiperf.tokenizers.huggingface",
            "HuggingFaceTokenizer",
            identifier="huggingface",
            description="a Hugging Face tokenizer, by the name of its model or by its path",
            metadata={
                "extra": "huggingface",
                "loads": True,
                "takes": ["revision", "trust_remote_code"],
            },
        ),
        LazyEntry(
            "tiktoken",
            "aiperf.tokenizers.tiktoken_encoding",
            "TiktokenTokenizer",
            identifier="tiktoken",
            description="an encoding of OpenAI's models, by its name or a model's",
            metadata={"extra": "tiktoken", "loads": True},
        ),
    ]


@hookimpl(trylast=True)
def aiperf_register_executor() -> list[LazyEntry]:
    """Places where load is generated."""
    return [
        LazyEntry(
            "local",
            "aiperf.executors.local",
            "LocalExecutor",
            identifier="local",
            description="this process",
        ),
        LazyEntry(
            "processes",
            "aiperf.executors.processes",
            "ProcessesExecutor",
            identifier="processes",
            description="several processes of this machine",
        ),
    ]


@hookimpl(trylast=True)
def aiperf_register_exporter() -> list[LazyEntry]:
    """Writers of artifacts."""
    return [
        LazyEntry(
            "json",
            "aiperf.exporters.json_file",
            "JSONExporter",
            identifier="json",
            description="profile_export_aiperf.json",
        ),
        LazyEntry(
            "csv",
            "aiperf.exporters.csv_file",
            "CSVExporter",
            identifier="csv",
            description="profile_export_aiperf.csv",
        ),
        LazyEntry(
            "timeslices_json",
            "aiperf.exporters.timeslices_json",
            "TimeslicesJSONExporter",
            identifier="timeslices_json",
            description="profile_export_aiperf_timeslices.json, with --slice-duration",
        ),
        LazyEntry(
            "timeslices_csv",
            "aiperf.exporters.timeslices_csv",
            "TimeslicesCSVExporter",
            identifier="timeslices_csv",
            description="profile_export_aiperf_timeslices.csv, with --slice-duration",
        ),
        LazyEntry(
            "jsonl",
            "aiperf.exporters.jsonl_file",
            "JSONLExporter",
            identifier="jsonl",
            description="profile_export.jsonl, a line for each request as it ends",
        ),
        LazyEntry(
            "raw",
            "aiperf.exporters.raw_file",
            "RawExporter",
            identifier="raw",
            description="profile_export_raw.jsonl, what was sent and received, if asked for",
        ),
        LazyEntry(
            "html",
            "aiperf.exporters.html_file",
            "HTMLExporter",
            identifier="html",
            description="report.html, one page with plots",
        ),
        LazyEntry(
            "console",
            "aiperf.exporters.console",
            "ConsoleExporter",
            identifier="console",
            description="tables on standard output",
        ),
    ]


@hookimpl(trylast=True)
def aiperf_register_ui() -> list[LazyEntry]:
    """What a person sees while a benchmark runs."""
    return [
        LazyEntry(
            "progress",
            "aiperf.ui.progress",
            "ProgressUI",
            identifier="progress",
            description="a progress bar, or lines where there is no terminal",
        ),
        LazyEntry(
            "simple",
            "aiperf.ui.progress",
            "ProgressUI",
            identifier="progress",
            description="the same, by the name that NVIDIA's AIPerf has for it",
        ),
        LazyEntry(
            "dashboard",
            "aiperf.ui.dashboard",
            "DashboardUI",
            identifier="dashboard",
            description="the whole terminal, drawn by a process of its own",
        ),
        LazyEntry("none", "aiperf.ui.none", "NoUI", identifier="none", description="nothing"),
    ]


@hookimpl(trylast=True)
def aiperf_register_metric() -> list[LazyEntry]:
    """Metrics, in the order in which they are shown; the class type is the tag."""
    return [
        LazyEntry(
            "time_to_first_token",
            "aiperf.metrics.time_to_first_token",
            "TimeToFirstTokenMetric",
            identifier="time_to_first_token",
            metadata={
                "scope": "record",
                "unit": "ms",
                "header": "Time to First Token",
                "needs": ["streaming"],
            },
        ),
        LazyEntry(
            "time_to_second_token",
            "aiperf.metrics.time_to_second_token",
            "TimeToSecondTokenMetric",
            identifier="time_to_second_token",
            metadata={
                "scope": "record",
                "unit": "ms",
                "header": "Time to Second Token",
                "needs": ["streaming"],
            },
        ),
        LazyEntry(
            "time_to_first_output_token",
            "aiperf.metrics.time_to_first_output_token",
            "TimeToFirstOutputTokenMetric",
            identifier="time_to_first_output_token",
            metadata={
                "scope": "record",
                "unit": "ms",
                "secondary": True,
                "header": "Time to First Output Token",
                "needs": ["streaming", "tokens"],
            },
        ),
        LazyEntry(
            "request_latency",
            "aiperf.metrics.request_latency",
            "RequestLatencyMetric",
            identifier="request_latency",
            metadata={"scope": "record", "unit": "ms", "header": "Request Latency"},
        ),
        LazyEntry(
            "inter_token_latency",
            "aiperf.metrics.inter_token_latency",
            "InterTokenLatencyMetric",
            identifier="inter_token_latency",
            metadata={
                "scope": "record",
                "unit": "ms",
                "header": "Inter Token Latency",
                "requires": ["request_latency", "time_to_first_token", "output_sequence_length"],
                "needs": ["streaming", "tokens"],
            },
        ),
        LazyEntry(
            "decode_duration",
            "aiperf.metrics.decode_duration",
            "DecodeDurationMetric",
            identifier="decode_duration",
            metadata={
                "scope": "record",
                "unit": "ms",
                "secondary": True,
                "header": "Decode Duration",
                "requires": ["request_latency", "time_to_first_token"],
                "needs": ["streaming", "tokens"],
            },
        ),
        LazyEntry(
            "inter_chunk_latency",
            "aiperf.metrics.inter_chunk_latency",
            "InterChunkLatencyMetric",
            identifier="inter_chunk_latency",
            metadata={
                "scope": "record",
                "unit": "ms",
                "header": "Inter Chunk Latency",
                "several": True,
                "needs": ["streaming"],
            },
        ),
        LazyEntry(
            "output_token_throughput_per_user",
            "aiperf.metrics.output_token_throughput_per_user",
            "OutputTokenThroughputPerUserMetric",
            identifier="output_token_throughput_per_user",
            metadata={
                "scope": "record",
                "unit": "tokens/sec/user",
                "header": "Output Token Throughput Per User",
                "requires": ["inter_token_latency"],
                "needs": ["streaming", "tokens"],
                "larger_is_better": True,
            },
        ),
        LazyEntry(
            "e2e_output_token_throughput",
            "aiperf.metrics.e2e_output_token_throughput",
            "E2eOutputTokenThroughputMetric",
            identifier="e2e_output_token_throughput",
            metadata={
                "scope": "record",
                "unit": "tokens/sec/user",
                "header": "E2E Output Token Throughput",
                "requires": ["output_sequence_length", "request_latency"],
                "needs": ["tokens"],
                "larger_is_better": True,
            },
        ),
        LazyEntry(
            "prefill_throughput_per_user",
            "aiperf.metrics.prefill_throughput_per_user",
            "PrefillThroughputPerUserMetric",
            identifier="prefill_throughput_per_user",
            metadata={
                "scope": "record",
                "unit": "tokens/sec/user",
                "header": "Prefill Throughput Per User",
                "requires": ["time_to_first_token", "input_sequence_length"],
                "needs": ["streaming"],
                "larger_is_better": True,
            },
        ),
        LazyEntry(
            "schedule_lag",
            "aiperf.metrics.schedule_lag",
            "ScheduleLagMetric",
            identifier="schedule_lag",
            metadata={"scope": "record", "unit": "ms", "header": "Schedule Lag"},
        ),
        LazyEntry(
            "output_sequence_length",
            "aiperf.metrics.output_sequence_length",
            "OutputSequenceLengthMetric",
            identifier="output_sequence_length",
            metadata={
                "scope": "record",
                "unit": "tokens",
                "header": "Output Sequence Length",
                "needs": ["tokens"],
            },
        ),
        LazyEntry(
            "input_sequence_length",
            "aiperf.metrics.input_sequence_length",
            "InputSequenceLengthMetric",
            identifier="input_sequence_length",
            metadata={"scope": "record", "unit": "tokens", "header": "Input Sequence Length"},
        ),
        LazyEntry(
            "output_token_count",
            "aiperf.metrics.output_token_count",
            "OutputTokenCountMetric",
            identifier="output_token_count",
            metadata={
                "scope": "record",
                "unit": "tokens",
                "header": "Output Token Count",
                "needs": ["tokens"],
            },
        ),
        LazyEntry(
            "reasoning_token_count",
            "aiperf.metrics.reasoning_token_count",
            "ReasoningTokenCountMetric",
            identifier="reasoning_token_count",
            metadata={
                "scope": "record",
                "unit": "tokens",
                "header": "Reasoning Token Count",
                "needs": ["tokens"],
            },
        ),
        LazyEntry(
            "usage_prompt_tokens",
            "aiperf.metrics.usage_prompt_tokens",
            "UsagePromptTokensMetric",
            identifier="usage_prompt_tokens",
            metadata={
                "scope": "record",
                "unit": "tokens",
                "secondary": True,
                "header": "Usage Prompt Tokens",
            },
        ),
        LazyEntry(
            "usage_completion_tokens",
            "aiperf.metrics.usage_completion_tokens",
            "UsageCompletionTokensMetric",
            identifier="usage_completion_tokens",
            metadata={
                "scope": "record",
                "unit": "tokens",
                "secondary": True,
                "header": "Usage Completion Tokens",
                "needs": ["tokens"],
            },
        ),
        LazyEntry(
            "usage_total_tokens",
            "aiperf.metrics.usage_total_tokens",
            "UsageTotalTokensMetric",
            identifier="usage_total_tokens",
            metadata={
                "scope": "record",
                "unit": "tokens",
                "secondary": True,
                "header": "Usage Total Tokens",
                "needs": ["tokens"],
            },
        ),
        LazyEntry(
            "usage_reasoning_tokens",
            "aiperf.metrics.usage_reasoning_tokens",
            "UsageReasoningTokensMetric",
            identifier="usage_reasoning_tokens",
            metadata={
                "scope": "record",
                "unit": "tokens",
                "secondary": True,
                "header": "Usage Reasoning Tokens",
                "needs": ["tokens"],
            },
        ),
        LazyEntry(
            "usage_prompt_cache_read_tokens",
            "aiperf.metrics.usage_prompt_cache_read_tokens",
            "UsagePromptCacheReadTokensMetric",
            identifier="usage_prompt_cache_read_tokens",
            metadata={
                "scope": "record",
                "unit": "tokens",
                "secondary": True,
                "header": "Usage Prompt Cache Read Tokens",
                "larger_is_better": True,
            },
        ),
        LazyEntry(
            "usage_prompt_cache_write_tokens",
            "aiperf.metrics.usage_prompt_cache_write_tokens",
            "UsagePromptCacheWriteTokensMetric",
            identifier="usage_prompt_cache_write_tokens",
            metadata={
                "scope": "record",
                "unit": "tokens",
                "secondary": True,
                "header": "Usage Prompt Cache Write Tokens",
            },
        ),
        LazyEntry(
            "usage_prompt_tokens_diff_pct",
            "aiperf.metrics.usage_prompt_tokens_diff_pct",
            "UsagePromptTokensDiffPctMetric",
            identifier="usage_prompt_tokens_diff_pct",
            metadata={
                "scope": "record",
                "unit": "%",
                "secondary": True,
                "header": "Usage Prompt Diff %",
                "requires": ["usage_prompt_tokens", "input_sequence_length"],
                "needs": ["tokenizer"],
            },
        ),
        LazyEntry(
            "usage_completion_tokens_diff_pct",
            "aiperf.metrics.usage_completion_tokens_diff_pct",
            "UsageCompletionTokensDiffPctMetric",
            identifier="usage_completion_tokens_diff_pct",
            metadata={
                "scope": "record",
                "unit": "%",
                "secondary": True,
                "header": "Usage Completion Diff %",
                "requires": ["usage_completion_tokens", "output_sequence_length"],
                "needs": ["tokens", "tokenizer"],
            },
        ),
        LazyEntry(
            "usage_reasoning_tokens_diff_pct",
            "aiperf.metrics.usage_reasoning_tokens_diff_pct",
            "UsageReasoningTokensDiffPctMetric",
            identifier="usage_reasoning_tokens_diff_pct",
            metadata={
                "scope": "record",
                "unit": "%",
                "secondary": True,
                "header": "Usage Reasoning Diff %",
                "requires": ["usage_reasoning_tokens", "reasoning_token_count"],
                "needs": ["tokens", "tokenizer"],
            },
        ),
        LazyEntry(
            "osl_mismatch_diff_pct",
            "aiperf.metrics.osl_mismatch_diff_pct",
            "OslMismatchDiffPctMetric",
            identifier="osl_mismatch_diff_pct",
            metadata={
                "scope": "record",
                "unit": "%",
                "secondary": True,
                "header": "OSL Mismatch Diff %",
                "requires": ["output_sequence_length"],
                "needs": ["tokens"],
            },
        ),
        LazyEntry(
            "output_token_throughput",
            "aiperf.metrics.output_token_throughput",
            "OutputTokenThroughputMetric",
            identifier="output_token_throughput",
            metadata={
                "scope": "run",
                "unit": "tokens/sec",
                "header": "Output Token Throughput",
                "requires": ["output_sequence_length"],
                "needs": ["tokens"],
                "larger_is_better": True,
            },
        ),
        LazyEntry(
            "input_token_throughput",
            "aiperf.metrics.input_token_throughput",
            "InputTokenThroughputMetric",
            identifier="input_token_throughput",
            metadata={
                "scope": "run",
                "unit": "tokens/sec",
                "secondary": True,
                "header": "Input Token Throughput",
                "requires": ["input_sequence_length"],
                "larger_is_better": True,
            },
        ),
        LazyEntry(
            "total_token_throughput",
            "aiperf.metrics.total_token_throughput",
            "TotalTokenThroughputMetric",
            identifier="total_token_throughput",
            metadata={
                "scope": "run",
                "unit": "tokens/sec",
                "header": "Total Token Throughput",
                "requires": ["input_sequence_length", "output_sequence_length"],
                "needs": ["tokens"],
                "larger_is_better": True,
            },
        ),
        LazyEntry(
            "request_throughput",
            "aiperf.metrics.request_throughput",
            "RequestThroughputMetric",
            identifier="request_throughput",
            metadata={
                "scope": "run",
                "unit": "requests/sec",
                "header": "Request Throughput",
                "larger_is_better": True,
            },
        ),
        LazyEntry(
            "goodput",
            "aiperf.metrics.goodput",
            "GoodputMetric",
            identifier="goodput",
            metadata={
                "scope": "run",
                "unit": "requests/sec",
                "header": "Goodput",
                "larger_is_better": True,
            },
        ),
        LazyEntry(
            "effective_concurrency",
            "aiperf.metrics.effective_concurrency",
            "EffectiveConcurrencyMetric",
            identifier="effective_concurrency",
            metadata={
                "scope": "run",
                "unit": "requests",
                "secondary": True,
                "header": "Effective Concurrency",
                "requires": ["request_latency"],
            },
        ),
        LazyEntry(
            "request_count",
            "aiperf.metrics.request_count",
            "RequestCountMetric",
            identifier="request_count",
            metadata={
                "scope": "run",
                "unit": "requests",
                "header": "Request Count",
                "larger_is_better": True,
            },
        ),
        LazyEntry(
            "good_request_count",
            "aiperf.metrics.good_request_count",
            "GoodRequestCountMetric",
            identifier="good_request_count",
            metadata={
                "scope": "run",
                "unit": "requests",
                "secondary": True,
                "header": "Good Request Count",
                "larger_is_better": True,
            },
        ),
        LazyEntry(
            "good_request_fraction",
            "aiperf.metrics.good_request_fraction",
            "GoodRequestFractionMetric",
            identifier="good_request_fraction",
            metadata={
                "scope": "run",
                "unit": "ratio",
                "secondary": True,
                "header": "GoodRequestFraction",
                "larger_is_better": True,
            },
        ),
        LazyEntry(
            "error_request_count",
            "aiperf.metrics.error_request_count",
            "ErrorRequestCountMetric",
            identifier="error_request_count",
            metadata={"scope": "run", "unit": "requests", "header": "Error Request Count"},
        ),
        LazyEntry(
            "completed_request_count",
            "aiperf.metrics.completed_request_count",
            "CompletedRequestCountMetric",
            identifier="completed_request_count",
            metadata={
                "scope": "run",
                "unit": "requests",
                "secondary": True,
                "header": "Completed Requests (Success + Error)",
            },
        ),
        LazyEntry(
            "request_error_rate",
            "aiperf.metrics.request_error_rate",
            "RequestErrorRateMetric",
            identifier="request_error_rate",
            metadata={
                "scope": "run",
                "unit": "%",
                "secondary": True,
                "header": "Request Error Rate",
            },
        ),
        LazyEntry(
            "total_isl",
            "aiperf.metrics.total_isl",
            "TotalIslMetric",
            identifier="total_isl",
            metadata={
                "scope": "run",
                "unit": "tokens",
                "secondary": True,
                "header": "Total Input Sequence Length",
                "requires": ["input_sequence_length"],
            },
        ),
        LazyEntry(
            "total_osl",
            "aiperf.metrics.total_osl",
            "TotalOslMetric",
            identifier="total_osl",
            metadata={
                "scope": "run",
                "unit": "tokens",
                "secondary": True,
                "header": "Total Output Sequence Length",
                "requires": ["output_sequence_length"],
                "needs": ["tokens"],
            },
        ),
        LazyEntry(
            "total_output_tokens",
            "aiperf.metrics.total_output_tokens",
            "TotalOutputTokensMetric",
            identifier="total_output_tokens",
            metadata={
                "scope": "run",
                "unit": "tokens",
                "secondary": True,
                "header": "Total Output Tokens",
                "requires": ["output_token_count"],
                "needs": ["tokens"],
            },
        ),
        LazyEntry(
            "total_reasoning_tokens",
            "aiperf.metrics.total_reasoning_tokens",
            "TotalReasoningTokensMetric",
            identifier="total_reasoning_tokens",
            metadata={
                "scope": "run",
                "unit": "tokens",
                "secondary": True,
                "header": "Total Reasoning Tokens",
                "requires": ["reasoning_token_count"],
                "needs": ["tokens"],
            },
        ),
        LazyEntry(
            "osl_mismatch_count",
            "aiperf.metrics.osl_mismatch_count",
            "OslMismatchCountMetric",
            identifier="osl_mismatch_count",
            metadata={
                "scope": "run",
                "unit": "requests",
                "secondary": True,
                "header": "OSL Mismatch Count",
                "requires": ["osl_mismatch_diff_pct", "output_sequence_length"],
                "needs": ["tokens"],
            },
        ),
        LazyEntry(
            "usage_discrepancy_count",
            "aiperf.metrics.usage_discrepancy_count",
            "UsageDiscrepancyCountMetric",
            identifier="usage_discrepancy_count",
            metadata={
                "scope": "run",
                "unit": "requests",
                "secondary": True,
                "header": "Usage Discrepancy Count",
                "requires": [
                    "usage_prompt_tokens_diff_pct",
                    "usage_completion_tokens_diff_pct",
                    "usage_reasoning_tokens_diff_pct",
                ],
                "needs": ["tokens", "tokenizer"],
            },
        ),
        LazyEntry(
            "total_usage_prompt_tokens",
            "aiperf.metrics.total_usage_prompt_tokens",
            "TotalUsagePromptTokensMetric",
            identifier="total_usage_prompt_tokens",
            metadata={
                "scope": "run",
                "unit": "tokens",
                "secondary": True,
                "header": "Total Usage Prompt Tokens",
                "requires": ["usage_prompt_tokens"],
            },
        ),
        LazyEntry(
            "total_usage_completion_tokens",
            "aiperf.metrics.total_usage_completion_tokens",
            "TotalUsageCompletionTokensMetric",
            identifier="total_usage_completion_tokens",
            metadata={
                "scope": "run",
                "unit": "tokens",
                "secondary": True,
                "header": "Total Usage Completion Tokens",
                "requires": ["usage_completion_tokens"],
                "needs": ["tokens"],
            },
        ),
        LazyEntry(
            "total_usage_total_tokens",
            "aiperf.metrics.total_usage_total_tokens",
            "TotalUsageTotalTokensMetric",
            identifier="total_usage_total_tokens",
            metadata={
                "scope": "run",
                "unit": "tokens",
                "secondary": True,
                "header": "Total Usage Total Tokens",
                "requires": ["usage_total_tokens"],
                "needs": ["tokens"],
            },
        ),
        LazyEntry(
            "total_usage_reasoning_tokens",
            "aiperf.metrics.total_usage_reasoning_tokens",
            "TotalUsageReasoningTokensMetric",
            identifier="total_usage_reasoning_tokens",
            metadata={
                "scope": "run",
                "unit": "tokens",
                "secondary": True,
                "header": "Total Usage Reasoning Tokens",
                "requires": ["usage_reasoning_tokens"],
                "needs": ["tokens"],
            },
        ),
        LazyEntry(
            "total_usage_prompt_cache_read_tokens",
            "aiperf.metrics.total_usage_prompt_cache_read_tokens",
            "TotalUsagePromptCacheReadTokensMetric",
            identifier="total_usage_prompt_cache_read_tokens",
            metadata={
                "scope": "run",
                "unit": "tokens",
                "secondary": True,
                "header": "Total Usage Prompt Cache Read Tokens",
                "requires": ["usage_prompt_cache_read_tokens"],
            },
        ),
        LazyEntry(
            "total_usage_prompt_cache_write_tokens",
            "aiperf.metrics.total_usage_prompt_cache_write_tokens",
            "TotalUsagePromptCacheWriteTokensMetric",
            identifier="total_usage_prompt_cache_write_tokens",
            metadata={
                "scope": "run",
                "unit": "tokens",
                "secondary": True,
                "header": "Total Usage Prompt Cache Write Tokens",
                "requires": ["usage_prompt_cache_write_tokens"],
            },
        ),
        LazyEntry(
            "overall_usage_prompt_cache_read_pct",
            "aiperf.metrics.overall_usage_prompt_cache_read_pct",
            "OverallUsagePromptCacheReadPctMetric",
            identifier="overall_usage_prompt_cache_read_pct",
            metadata={
                "scope": "run",
                "unit": "%",
                "secondary": True,
                "header": "Overall Usage Prompt Cache Read %",
                "requires": ["usage_prompt_cache_read_tokens", "usage_prompt_tokens"],
                "larger_is_better": True,
            },
        ),
        LazyEntry(
            "benchmark_duration",
            "aiperf.metrics.benchmark_duration",
            "BenchmarkDurationMetric",
            identifier="benchmark_duration",
            metadata={"scope": "run", "unit": "sec", "header": "Benchmark Duration"},
        ),
    ]
