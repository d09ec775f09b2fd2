"""Serving: what is printed before, and the server that takes this process's place."""

from __future__ import annotations

import errno
import io
import os
import socket
import sys
from collections.abc import Sequence
from importlib import import_module
from urllib.parse import urlsplit

import click
from qrcode import QRCode

from config import EVERY_ADDRESS, ROOT, Config
from content.demo import DemoPerson
from models.base import engine
from models.code import shown_code

DEMO_CODE = "DEM0DEM0"
#: One worker keeps a demo light; two in production use two cores and outlive each other.
WORKERS_IN_PRODUCTION = 2
#: A download holds a thread until its end; more threads make pages wait longer for each other.
THREADS = 3
#: A worker may not hear that it is to end, as one that is just starting does not; then it is killed, or the server
#: would wait for it for ever. Nothing acknowledged is lost by that.
SECONDS_TO_END = 10


def upgrade_database(url: str) -> None:
    """Make the database or bring it up to date."""
    _migrations("upgrade", url)


def refuse_other_shape(url: str) -> None:
    """Raise ``ClickException`` unless the database is up to date."""
    _migrations("must_be_up_to_date", url)


def _migrations(act: str, url: str) -> None:
    # Imported when asked for: the server's workers never need Alembic.
    migrations = import_module("migrations")
    try:
        getattr(migrations, act)(url)
    except migrations.OtherShape as error:
        raise click.ClickException(str(error)) from error


def refuse_taken_port(host: str, port: int) -> None:
    """Raise ``ClickException`` when the port can't be had. The server itself would share it with another one."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except OSError as error:
            another = f" For another port: PORT={port + 1} make run" if error.errno == errno.EADDRINUSE else ""
            raise click.ClickException(f"Cannot listen at {host}, port {port}: {error.strerror}.{another}") from error


def greeting(config: Config, people: Sequence[DemoPerson], password: str | None) -> str:
    """What is printed at the start: addresses, the demo's sign-ins, and a QR code where phones can reach the server."""
    lines = ["", f"  Afstemt is at  {config.public_url}"]
    if password is not None:
        lines += ["", f"  Demo sign-ins, all with the password  {password}", ""]
        lines += [f"    {person.email:<20} {_what(person)}" for person in people]
        meeting = f"{config.public_url}/m/{DEMO_CODE}"
        lines += ["", f"  Demo meeting   {meeting}  (code {shown_code(DEMO_CODE)})"]
        lines += [f"  Staff sign in  {config.public_url}/sign-in"]
        if _phones_reach(config):
            lines += ["", "  A phone on the same network opens the demo meeting with this:", "", qr_text(meeting)]
    return "\n".join([*lines, ""])


def qr_text(url: str) -> str:
    """A QR code in half-block characters, bright on dark as terminals mostly are."""
    code: QRCode[object] = QRCode(border=2)
    code.add_data(url)
    picture = io.StringIO()
    code.print_ascii(out=picture, invert=True)
    return "\n".join(click.style(line, fg="bright_white", bg="black") for line in picture.getvalue().splitlines())


def serve_for_ever(config: Config) -> None:
    """Become the server. Its own access log stays off: an address may hold a citizen's key."""
    engine().dispose()
    environment = {
        "GRANIAN_WORKERS": str(WORKERS_IN_PRODUCTION if config.production else 1),
        "GRANIAN_BLOCKING_THREADS": str(THREADS),
        "GRANIAN_LOG_LEVEL": "info" if config.production else "warning",
        "GRANIAN_RESPAWN_FAILED_WORKERS": "true",
        "GRANIAN_WORKERS_KILL_TIMEOUT": str(SECONDS_TO_END),
        **os.environ,
        # What was printed holds for as long as the server runs.
        "PUBLIC_URL": config.public_url,
        "TRUSTED_HOSTS": ",".join(config.trusted_hosts),
    }
    arguments = [
        sys.executable, "-m", "granian", "--interface", "wsgi", "--no-ws", "--no-access-log",
        "--host", config.host, "--port", str(config.port), "--working-dir", str(ROOT), "wsgi:app",
    ]  # fmt: skip
    os.execve(sys.executable, arguments, environment)  # noqa: S606  (no shell is wanted)


def _phones_reach(config: Config) -> bool:
    return config.host in EVERY_ADDRESS and urlsplit(config.public_url).hostname not in {"127.0.0.1", "localhost"}


def _what(person: DemoPerson) -> str:
    return f"{person.role.lower()}, {person.at}" if person.at else person.role.lower()
