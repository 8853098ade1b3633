"""The options of ``aiperf profile``; the names are those that users of NVIDIA's AIPerf know."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, TypeVar

import click

from aiperf.cli.class_types import class_type_option
from aiperf.cli.plugin_options import trace_option, use_option

if TYPE_CHECKING:
    from collections.abc import Callable

CommandT = TypeVar("CommandT", bound="Callable[..., Any]")

_SECONDS = click.FloatRange(min=0, min_open=True)
_COUNT = click.IntRange(min=1)


def _all(*decorators: Callable[[CommandT], CommandT]) -> Callable[[CommandT], CommandT]:
    def decorate(command: CommandT) -> CommandT:
        for decorator in reversed(decorators):
            command = decorator(command)
        return command

    return decorate


endpoint = _all(
    click.option("--model", "--model-names", "-m", help="The model to ask for. Needed with --url."),
    click.option(
        "--url",
        "-u",
        help="The server, such as localhost:8000 or https://host/prefix. Without it, an embedded "
        "server is started and measured.",
    ),
    class_type_option(
        "--endpoint-type", factory="endpoint", default="chat", help_text="The wire format."
    ),
    click.option(
        "--custom-endpoint",
        "--endpoint",
        "endpoint_path",
        help="Another URL path, such as /v2/chat.",
    ),
    click.option(
        "--streaming/--no-streaming",
        default=False,
        show_default=True,
        help="Ask for the response as a stream of server-sent events.",
    ),
    class_type_option(
        "--transport", factory="transport", default="http", help_text="How requests are sent."
    ),
    click.option(
        "--api-key",
        envvar="AIPERF_API_KEY",
        help="Sent as 'Authorization: Bearer KEY'. Never written to an artifact. May be given "
        "in AIPERF_API_KEY.",
    ),
    click.option(
        "--header",
        "-H",
        "headers",
        multiple=True,
        metavar="NAME:VALUE",
        help="A header for every request; may be repeated.",
    ),
    click.option(
        "--extra-inputs",
        multiple=True,
        metavar="NAME:VALUE",
        help="A field for every payload, or a JSON object of fields; may be repeated.",
    ),
    click.option(
        "--request-timeout-seconds",
        type=_SECONDS,
        default=600.0,
        show_default=True,
        help="The longest that one request may take, in seconds.",
    ),
    click.option(
        "--connect-timeout-seconds",
        type=_SECONDS,
        default=10.0,
        show_default=True,
        help="The longest that connecting may take, TLS included, in seconds.",
    ),
    click.option(
        "--idle-timeout-seconds",
        type=_SECONDS,
        help="The longest that a response may stay silent, in seconds.  [default: no limit]",
    ),
    click.option(
        "--tls-ca-file",
        type=click.Path(exists=True, dir_okay=False),
        help="A PEM file of certificate authorities to trust instead of the system's.",
    ),
    click.option(
        "--tls-insecure", is_flag=True, help="Accept any certificate. For test servers only."
    ),
    click.option(
        "--use-legacy-max-tokens",
        is_flag=True,
        help="Ask for max_tokens instead of max_completion_tokens.",
    ),
    click.option(
        "--use-server-token-count",
        is_flag=True,
        help="Take token counts from the server's usage instead of the tokenizer.",
    ),
    class_type_option(
        "--tokenizer", factory="tokenizer", default="builtin", help_text="What counts tokens."
    ),
)

load = _all(
    click.option(
        "--concurrency",
        type=_COUNT,
        default=1,
        show_default=True,
        help="How many requests are in flight at a time.",
    ),
    click.option(
        "--request-count",
        "--num-requests",
        type=_COUNT,
        help="How many requests to measure.  [default: 10, or twice the concurrency if that is "
        "more; no limit with --benchmark-duration]",
    ),
    click.option(
        "--benchmark-duration", type=_SECONDS, help="How long to send requests, in seconds."
    ),
    click.option(
        "--benchmark-grace-period",
        type=click.FloatRange(min=0),
        default=30.0,
        show_default=True,
        help="How long to wait for responses after --benchmark-duration, in seconds.",
    ),
    click.option(
        "--warmup-request-count",
        "--num-warmup-requests",
        type=click.IntRange(min=0),
        default=0,
        show_default=True,
        help="Requests to send before measuring; they are in no result.",
    ),
)

prompts = _all(
    click.option(
        "--conversation-num",
        "--num-conversations",
        "--num-sessions",
        "--num-dataset-entries",
        type=_COUNT,
        default=100,
        show_default=True,
        help="How many different prompts; they are used again until the run ends.",
    ),
    click.option(
        "--prompt-input-tokens-mean",
        "--synthetic-input-tokens-mean",
        "--isl",
        type=click.FloatRange(min=1),
        default=550.0,
        show_default=True,
        help="The mean length of a prompt, in tokens.",
    ),
    click.option(
        "--prompt-input-tokens-stddev",
        "--synthetic-input-tokens-stddev",
        "--isl-stddev",
        type=click.FloatRange(min=0),
        default=0.0,
        show_default=True,
        help="The standard deviation of a prompt's length, in tokens.",
    ),
    click.option(
        "--prompt-output-tokens-mean",
        "--output-tokens-mean",
        "--osl",
        type=click.FloatRange(min=1),
        help="The mean number of output tokens to ask for.  [default: the server decides]",
    ),
    click.option(
        "--prompt-output-tokens-stddev",
        "--output-tokens-stddev",
        "--osl-stddev",
        type=click.FloatRange(min=0),
        default=0.0,
        show_default=True,
        help="The standard deviation of the number of output tokens.",
    ),
    click.option(
        "--prompt-batch-size",
        "--batch-size-text",
        "--batch-size",
        "-b",
        type=_COUNT,
        default=1,
        show_default=True,
        help="How many texts one request carries, where the endpoint takes several (embeddings).",
    ),
    click.option("--system-prompt", help="A system message before every prompt."),
    click.option(
        "--random-seed",
        type=int,
        help="Makes the prompts the same in every run.  [default: a new one, which is reported]",
    ),
)

parts = _all(
    class_type_option(
        "--dataset-type",
        "--custom-dataset-type",
        factory="dataset",
        default="synthetic",
        help_text="Where prompts come from.",
    ),
    class_type_option(
        "--arrival-pattern",
        factory="arrival",
        default="concurrency",
        help_text="What says when the next request may start.",
    ),
    class_type_option(
        "--executor", factory="executor", default="local", help_text="Where the load is generated."
    ),
    click.option(
        "--plugins-locked",
        type=click.Path(dir_okay=False),
        metavar="FILE",
        help="Measure only if every class type resolves as this lock says; 'aiperf plugins freeze' "
        "writes one.",
    ),
    use_option,
    trace_option,
)

output = _all(
    click.option(
        "--output-artifact-dir",
        "--artifact-dir",
        type=click.Path(file_okay=False),
        help="Where the artifacts go.  [default: artifacts/MODEL-ENDPOINT-concurrencyN]",
    ),
    class_type_option(
        "--ui-type",
        "--ui",
        factory="ui",
        default="progress",
        help_text="What is shown during the run.",
    ),
)
