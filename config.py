"""Every setting, read from the environment once and checked at start."""

from __future__ import annotations

import fcntl
import os
import re
import secrets
import socket
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlsplit

from sqlalchemy import URL
from sqlalchemy.exc import ArgumentError

from models.base import database_address
from models.throttle import Allowance

ROOT = Path(__file__).parent
#: What citizens can read, each with a folder in `translations/`, in the order in which it is offered.
LANGUAGES = ("da", "en", "ar", "uk", "pl", "tr")
STAFF_LANGUAGES = ("da", "en")
THIS_MACHINE = frozenset({"localhost", "127.0.0.1", "::1", "0.0.0.0", "::"})  # noqa: S104  (nothing is bound)
SHORTEST_SECRET = 32
FEWEST_DIFFERENT = 8
LARGEST_PORT = 65535
DATABASES = frozenset({"sqlite", "sqlite+pysqlite", "postgresql+psycopg"})
#: Scheme, host, perhaps a port, and nothing else.
ADDRESS = re.compile(r"https?://(?P<host>[^\s/?#@:\[\]]+|\[[0-9a-f:.]+\])(?::(?P<port>[0-9]{1,5}))?")
#: What HOST says when the server listens at every address of the machine.
EVERY_ADDRESS = frozenset({"0.0.0.0", "::"})  # noqa: S104  (names them, binds nothing)
#: An address that no network has (RFC 5737).
SOMEWHERE_ELSE = ("192.0.2.1", 9)
EVERY_MINUTE = timedelta(minutes=1)
QUARTER_OF_AN_HOUR = timedelta(minutes=15)


class BadSetting(ValueError):
    """A setting is missing or wrong: the server must not start."""


@dataclass(frozen=True)
class Config:
    """The settings of one server. ``from_environment`` documents each by its variable's name."""

    instance_dir: Path
    secret_key: str
    database_url: str
    public_url: str
    trusted_hosts: tuple[str, ...]
    production: bool = False
    host: str = "127.0.0.1"
    port: int = 8000
    demo_password: str = ""
    trusted_proxies: int = 0
    access_log: bool = False
    languages: tuple[str, ...] = LANGUAGES
    translations: tuple[str, ...] = (str(ROOT / "translations"),)
    new_keys: Allowance = Allowance(300, 60, EVERY_MINUTE)
    keys_per_meeting: int = 2000
    wrong_codes: Allowance = Allowance(60, 0, EVERY_MINUTE)
    sign_ins_per_email: Allowance = Allowance(10, 0, QUARTER_OF_AN_HOUR)
    sign_ins_per_address: Allowance = Allowance(100, 0, QUARTER_OF_AN_HOUR)

    @property
    def secure(self) -> bool:
        """Whether people reach the server by https; then cookies are sent over nothing else."""
        return self.public_url.startswith("https://")

    @classmethod
    def from_environment(cls, environ: Mapping[str, str] = os.environ) -> Config:
        """The settings of the environment. Raises ``BadSetting`` with the variable's name."""
        # A misspelt "production" would make a demo, whose sign-ins everybody knows.
        production = bool(_one_of(environ, "APP_ENV", ("", "production")))
        instance = _instance_dir(environ)
        host, port = environ.get("HOST") or "127.0.0.1", _port(environ)
        public_url = _public_url(environ, production, host, port)
        return cls(
            instance_dir=instance,
            secret_key=_secret_key(environ, instance, production),
            database_url=_database_url(environ, instance),
            public_url=public_url,
            trusted_hosts=_trusted_hosts(environ, public_url),
            production=production,
            host=host,
            port=port,
            demo_password=environ.get("DEMO_PASSWORD", ""),
            trusted_proxies=_number(environ, "TRUSTED_PROXIES", 0, smallest=0),
            access_log=_one_of(environ, "ACCESS_LOG", ("", "0", "1")) == "1",
            new_keys=Allowance(
                _number(environ, "NEW_KEYS_AT_ONCE", 300), _number(environ, "NEW_KEYS_PER_MINUTE", 60), EVERY_MINUTE
            ),
            keys_per_meeting=_number(environ, "KEYS_PER_MEETING", 2000),
            wrong_codes=Allowance(_number(environ, "WRONG_CODES_PER_MINUTE", 60), 0, EVERY_MINUTE),
            sign_ins_per_email=Allowance(_number(environ, "FAILED_SIGN_INS_PER_EMAIL", 10), 0, QUARTER_OF_AN_HOUR),
            sign_ins_per_address=Allowance(_number(environ, "FAILED_SIGN_INS_PER_ADDRESS", 100), 0, QUARTER_OF_AN_HOUR),
        )


def _one_of(environ: Mapping[str, str], name: str, values: Sequence[str]) -> str:
    value = environ.get(name, "")
    if value not in values:
        raise BadSetting(f"{name} must be {' or '.join(filter(None, values))}, or not set")
    return value


def _instance_dir(environ: Mapping[str, str]) -> Path:
    instance = Path(environ.get("INSTANCE_DIR") or ROOT / "instance").absolute()
    try:
        instance.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise BadSetting(f"INSTANCE_DIR, {instance}, can't be made: {error.strerror}") from error
    return instance


def _database_url(environ: Mapping[str, str], instance: Path) -> str:
    """Where the database is. What is wrong with it is said without it: it holds a password."""
    url = environ.get("DATABASE_URL")
    if not url:
        return URL.create("sqlite", database=str(instance / "afstemt.sqlite3")).render_as_string()
    try:
        address = database_address(url)
    except (ArgumentError, ValueError) as error:
        raise BadSetting("DATABASE_URL must look like postgresql://user:password@host/name") from error
    if address.drivername not in DATABASES:
        raise BadSetting("DATABASE_URL must begin with postgresql:// or sqlite:///")
    if address.get_backend_name() == "sqlite" and address.database in {None, "", ":memory:"}:
        raise BadSetting("DATABASE_URL must name SQLite's file, as in sqlite:////var/lib/afstemt/afstemt.sqlite3")
    return url


def _public_url(environ: Mapping[str, str], production: bool, host: str, port: int) -> str:
    """Where citizens reach the server, without a slash at the end. QR codes hold it, so no request's Host decides."""
    url = environ.get("PUBLIC_URL", "").rstrip("/")
    if not url:
        if production:
            raise BadSetting("PUBLIC_URL is needed in production: the address that QR codes hold")
        reachable = _lan_address() if host in EVERY_ADDRESS else host
        return f"http://[{reachable}]:{port}" if ":" in reachable else f"http://{reachable}:{port}"
    found = ADDRESS.fullmatch(url)
    if not found or int(found["port"] or 0) > LARGEST_PORT:
        raise BadSetting("PUBLIC_URL must look like https://afstemt.example")
    if production and found["host"].strip("[]").lower() in THIS_MACHINE:
        raise BadSetting("PUBLIC_URL must be reachable for citizens in production, not this machine alone")
    return url


def _port(environ: Mapping[str, str]) -> int:
    port = _number(environ, "PORT", 8000)
    if port > LARGEST_PORT:
        raise BadSetting(f"PORT must be at most {LARGEST_PORT}")
    return port


def _lan_address() -> str:
    """This machine's own address in its network; 127.0.0.1 when it is in none."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            # Nothing is sent: a datagram socket only looks up which of its addresses leads there.
            probe.connect(SOMEWHERE_ELSE)
        except OSError:
            return "127.0.0.1"
        return str(probe.getsockname()[0])


def _trusted_hosts(environ: Mapping[str, str], public_url: str) -> tuple[str, ...]:
    named = tuple(host.strip() for host in environ.get("TRUSTED_HOSTS", "").split(",") if host.strip())
    return named or (urlsplit(public_url).hostname or "", "localhost", "127.0.0.1")


def _secret_key(environ: Mapping[str, str], instance: Path, production: bool) -> str:
    secret = environ.get("SECRET_KEY", "")
    if production and (len(secret) < SHORTEST_SECRET or len(set(secret)) < FEWEST_DIFFERENT):
        raise BadSetting(f"SECRET_KEY of at least {SHORTEST_SECRET} random characters is needed in production")
    return secret or kept_secret(instance / "secret_key")


def random_secret() -> str:
    return secrets.token_urlsafe(32)


def kept_secret(path: Path, make: Callable[[], str] = random_secret) -> str:
    """A random secret made at the first start and kept in the instance folder, readable by its owner alone.
    Raises ``BadSetting`` where it can't be."""
    try:
        if path.exists() and (kept := path.read_text().strip()):
            return kept
        with os.fdopen(os.open(path, os.O_RDWR | os.O_CREAT, 0o600), "r+") as file:
            # Of two that start at once the second waits and reads; a file left empty by a full disk is filled.
            fcntl.flock(file, fcntl.LOCK_EX)
            secret = file.read().strip() or make()
            file.seek(0)
            file.write(secret)
    except OSError as error:
        raise BadSetting(f"INSTANCE_DIR: {path} can't be kept: {error.strerror}") from error
    return secret


def _number(environ: Mapping[str, str], name: str, default: int, smallest: int = 1) -> int:
    text = environ.get(name) or str(default)
    if not text.isdecimal() or int(text) < smallest:
        raise BadSetting(f"{name} must be a whole number from {smallest}")
    return int(text)
