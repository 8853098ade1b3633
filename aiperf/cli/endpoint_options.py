"""The options of ``aiperf profile`` that say what is asked of the server."""

from __future__ import annotations

import click

from aiperf.cli.class_types import class_type_option
from aiperf.cli.option_groups import together

endpoint = together(
    "Endpoint",
    click.option("--model", "--model-names", "-m", help="The model to ask for. Needed with --url."),
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
    click.option(
        "--extra-inputs",
        multiple=True,
        metavar="NAME:VALUE",
        help="A field for every payload, or a JSON object of fields; may be repeated.",
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
        "--tokenizer",
        factory="tokenizer",
        default="builtin",
        help_text="What counts tokens: a type, a Hugging Face model's name or directory, or "
        "TYPE:NAME, such as tiktoken:o200k_base.",
        is_open=True,
    ),
    click.option(
        "--tokenizer-revision",
        metavar="REVISION",
        help="The branch, tag or commit of the tokenizer on the Hugging Face Hub.  [default: main]",
    ),
    click.option(
        "--tokenizer-trust-remote-code",
        is_flag=True,
        help="Run the code that comes with the tokenizer. Only for a model whose authors you "
        "trust.",
    ),
)
