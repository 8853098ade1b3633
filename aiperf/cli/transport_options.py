"""The options of ``aiperf profile`` that say where requests go, and how."""

from __future__ import annotations

import click

from aiperf.cli.class_types import class_type_option
from aiperf.cli.option_kinds import SECONDS, together

transport = together(
    "Transport",
    click.option(
        "--url",
        "-u",
        help="The server, such as localhost:8000, https://host/prefix or grpc://host:8001. Without "
        "it, an embedded server is started and measured.",
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
        "--request-timeout-seconds",
        type=SECONDS,
        default=600.0,
        show_default=True,
        help="The longest that one request may take, in seconds.",
    ),
    click.option(
        "--connect-timeout-seconds",
        type=SECONDS,
        default=10.0,
        show_default=True,
        help="The longest that connecting may take, TLS included, in seconds.",
    ),
    click.option(
        "--idle-timeout-seconds",
        type=SECONDS,
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
)
