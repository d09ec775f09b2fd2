from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from config import ROOT, SHORTEST_SECRET, BadSetting, Config, kept_secret
from models.base import database_address

EVERY = "0.0.0.0"  # noqa: S104  (named, never bound)
SECRET = "abcdefgh12345678" * (SHORTEST_SECRET // 16)


class Noting(dict[str, str]):
    """An environment that remembers what it was asked for."""

    def __init__(self, **variables: str) -> None:
        super().__init__(variables)
        self.asked: set[str] = set()

    def get(self, name: str, default: object = None) -> object:  # type: ignore[override]
        self.asked.add(name)
        return super().get(name, default)


@pytest.fixture
def instance(tmp_path: Path) -> str:
    return str(tmp_path / "instance")


@pytest.fixture
def production(instance: str) -> dict[str, str]:
    return {
        "APP_ENV": "production",
        "INSTANCE_DIR": instance,
        "SECRET_KEY": SECRET,
        "PUBLIC_URL": "https://afstemt.example",
    }


def test_production_starts_with_a_secret_and_a_public_address(production: dict[str, str]) -> None:
    config = Config.from_environment(production)
    assert config.production
    assert config.secure
    assert config.trusted_hosts[0] == "afstemt.example"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("SECRET_KEY", None),
        ("SECRET_KEY", ""),
        ("SECRET_KEY", SECRET[:-1]),
        ("SECRET_KEY", "s" * SHORTEST_SECRET),
        ("PUBLIC_URL", "http://127.0.0.1:8000"),
        ("PUBLIC_URL", None),
        ("PUBLIC_URL", ""),
        ("PUBLIC_URL", "afstemt.example"),
        ("PUBLIC_URL", "ftp://afstemt.example"),
        ("PUBLIC_URL", "https://afstemt.example/meetings"),
        ("PUBLIC_URL", "https://afstemt.example#join"),
        ("PUBLIC_URL", "https://ida:secret@afstemt.example"),
        ("PUBLIC_URL", "https://afstemt.example:65536"),
        ("PUBLIC_URL", "https://[afstemt"),
        ("PUBLIC_URL", "https://afstemt .example"),
        ("PUBLIC_URL", "http://[::1]:8000"),
    ],
)
def test_production_refuses_to_start_and_names_the_variable(
    production: dict[str, str], name: str, value: str | None
) -> None:
    del production[name]
    if value is not None:
        production[name] = value
    with pytest.raises(BadSetting, match=name):
        Config.from_environment(production)


@pytest.mark.parametrize("value", ["many", "-1", "0", "1.5"])
@pytest.mark.parametrize(
    "name",
    [
        "PORT",
        "NEW_KEYS_AT_ONCE",
        "NEW_KEYS_PER_MINUTE",
        "KEYS_PER_MEETING",
        "WRONG_CODES_PER_MINUTE",
        "FAILED_SIGN_INS_PER_EMAIL",
        "FAILED_SIGN_INS_PER_ADDRESS",
    ],
)
def test_a_number_that_is_none_is_refused_with_its_name(instance: str, name: str, value: str) -> None:
    with pytest.raises(BadSetting, match=name):
        Config.from_environment({"INSTANCE_DIR": instance, name: value})


def test_a_port_beyond_the_last_one_is_refused(instance: str) -> None:
    with pytest.raises(BadSetting, match="PORT"):
        Config.from_environment({"INSTANCE_DIR": instance, "PORT": "65536"})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("APP_ENV", "Production"),
        ("APP_ENV", "prod"),
        ("ACCESS_LOG", "true"),
        ("INSTANCE_DIR", "/proc/version"),
        ("INSTANCE_DIR", "/proc/no/such/folder"),
        ("DATABASE_URL", "afstemt"),
        ("DATABASE_URL", "mysql://ida:secret@127.0.0.1/afstemt"),
        ("DATABASE_URL", "postgresql+psycopg2://ida:secret@127.0.0.1/afstemt"),
        ("DATABASE_URL", "postgresql://ida:secret@127.0.0.1:port/afstemt"),
        ("DATABASE_URL", "sqlite://"),
        ("DATABASE_URL", "sqlite:///:memory:"),
    ],
)
def test_what_would_be_taken_for_something_else_is_refused_by_name_and_without_a_password(
    instance: str, name: str, value: str
) -> None:
    with pytest.raises(BadSetting, match=name) as refused:
        Config.from_environment({"INSTANCE_DIR": instance, name: value})
    assert "secret" not in str(refused.value)


@pytest.mark.parametrize("scheme", ["postgres", "postgresql", "postgresql+psycopg"])
def test_postgresql_is_named_as_hosts_name_it(instance: str, scheme: str) -> None:
    url = f"{scheme}://ida@127.0.0.1/afstemt"
    config = Config.from_environment({"INSTANCE_DIR": instance, "DATABASE_URL": url})
    assert database_address(config.database_url).drivername == "postgresql+psycopg"


def test_the_instance_folder_may_have_any_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("config.ROOT", tmp_path)
    folder = tmp_path / "År 1, 50%20 sikkert?#"
    config = Config.from_environment({"INSTANCE_DIR": str(folder)})
    assert database_address(config.database_url).database == str(folder / "afstemt.sqlite3")
    assert Config.from_environment({"INSTANCE_DIR": ""}).instance_dir == tmp_path / "instance"


def test_without_any_setting_it_serves_this_machine_alone(instance: str) -> None:
    config = Config.from_environment({"INSTANCE_DIR": instance})
    assert (config.host, config.port) == ("127.0.0.1", 8000)
    assert config.public_url == "http://127.0.0.1:8000"
    assert set(config.trusted_hosts) == {"127.0.0.1", "localhost"}
    assert config.database_url == f"sqlite:///{instance}/afstemt.sqlite3"
    assert not config.production
    assert not config.secure


def test_listening_at_every_address_the_public_one_is_one_that_phones_can_open(instance: str) -> None:
    config = Config.from_environment({"INSTANCE_DIR": instance, "HOST": EVERY, "PORT": "8123"})
    host = urlsplit(config.public_url).hostname
    assert host not in {None, EVERY}
    assert config.public_url == f"http://{host}:8123"
    assert host in config.trusted_hosts


def test_an_ipv6_address_stands_in_brackets(instance: str) -> None:
    assert Config.from_environment({"INSTANCE_DIR": instance, "HOST": "::1"}).public_url == "http://[::1]:8000"


def test_the_secret_made_at_the_first_start_is_kept_for_its_owner_alone(instance: str) -> None:
    before = os.umask(0o022)
    try:
        first, second = (Config.from_environment({"INSTANCE_DIR": instance}) for _ in range(2))
    finally:
        os.umask(before)
    assert first.secret_key == second.secret_key
    assert len(first.secret_key) >= SHORTEST_SECRET
    assert stat.S_IMODE((Path(instance) / "secret_key").stat().st_mode) == 0o600


def test_a_secret_that_a_full_disk_left_empty_is_made_once_by_all_who_start(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    path.touch()
    with ThreadPoolExecutor(8) as pool:
        made = set(pool.map(lambda _: kept_secret(path), range(8)))
    assert made == {path.read_text()}
    assert len(made.pop()) >= SHORTEST_SECRET


def test_the_readme_lists_every_setting_and_no_other(instance: str) -> None:
    environment = Noting(INSTANCE_DIR=instance)
    Config.from_environment(environment)
    assert set(settings_of_the_readme()) == environment.asked


def settings_of_the_readme() -> Iterator[str]:
    table = (ROOT / "README.md").read_text().split("## Settings")[1].split("\n## ")[0]
    for row in re.findall(r"^\| (`[^|]*`) \|", table, re.MULTILINE):
        yield from re.findall(r"`([A-Z_]+)`", row)
