"""The options of ``aiperf profile`` that say where requests go, and how."""

from __future__ import annotations

import click

from aiperf.cli.class_types import class_type_option
from aiperf.cli.option_groups import together
from aiperf.cli.option_kinds import SECONDS_OR_INF, SpelledChoice

transport = together(
    "Transport",
    click.option(
        "--url",
        "-u",
        "urls",
        multiple=True,
        help="The server, such as localhost:8000, https://host/prefix, grpc://host:8001 or "
        "unix:///path/to/socket. May be repeated: requests then go to each server in turn. Without "
        "it, an embedded server is started and measured.",
    ),
    click.option(
        "--url-strategy",
        type=SpelledChoice(["round-robin"]),
        default="round-robin",
        show_default=True,
        help="Which of several servers a request goes to: each in turn.",
    ),
    class_type_option(
        "--transport",
        factory="transport",
        default="http",
        help_text="How requests are sent; where it is left out, what speaks the URL's scheme.",
    ),
    click.option(
        "--api-key",
        envvar="AIPERF_API_KEY",
        help="Sent as 'Authorization: Bearer KEY', or in the endpoint's own header. Never written "
        "to an artifact. May be given in AIPERF_API_KEY.",
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
        "--request-timeout-seconds",
        type=SECONDS_OR_INF,
        default=600.0,
        show_default=True,
        help="The longest that one request may take, in seconds.",
    ),
    click.option(
        "--connect-timeout-seconds",
        type=SECONDS_OR_INF,
        default=10.0,
        show_default=True,
        help="The longest that connecting may take, TLS included, in seconds.",
    ),
    click.option(
        "--idle-timeout-seconds",
        type=SECONDS_OR_INF,
        help="The longest that a response may stay silent, in seconds.  [default: no limit]",
    ),
    click.option(
        "--first-byte-timeout-seconds",
        type=SECONDS_OR_INF,
        help="The longest from a request's last byte to the first of its response, in seconds.  "
        "[default: no limit]",
    ),
    click.option(
        "--dns-ttl-seconds",
        type=SECONDS_OR_INF,
        help="How long the addresses of a host's name are used, in seconds; new connections look "
        "it up again then.  [default: the whole run]",
    ),
    click.option(
        "--max-response-bytes",
        type=click.IntRange(min=1),
        default=64 * 1024 * 1024,
        show_default=True,
        help="The largest response, headers included, in bytes; a larger one is an error.",
    ),
    click.option(
        "--connection-reuse-strategy",
        type=SpelledChoice(["pooled", "never", "sticky-user-sessions"]),
        default="pooled",
        show_default=True,
        help="Which requests share a connection: all of them one after another, none, or the turns "
        "of one session, which then go to one server.",
    ),
    click.option(
        "--proxy",
        metavar="URL",
        help="A proxy to send through, such as http://localhost:3128; for --transport httpx.",
    ),
    click.option(
        "--tls-ca-file",
        type=click.Path(exists=True, dir_okay=False),
        help="A PEM file of certificate authorities to trust instead of the system's.",
    ),
    click.option(
        "--tls-insecure", is_flag=True, help="Accept any certificate. For test servers only."
    ),
)
