"""What the server puts on the disk is for its own user alone."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from config import ROOT

MAKES_A_DATABASE = """
import os, sys
os.umask(0o022)
from app import create_app
from config import Config
from models.base import writing
create_app(Config.from_environment({"INSTANCE_DIR": sys.argv[1]}))
with writing() as database:
    database.connection().exec_driver_sql("CREATE TABLE made (at)")
"""


def test_nobody_else_may_read_the_servers_files(tmp_path: Path) -> None:
    folder = tmp_path / "instance"
    subprocess.run([sys.executable, "-c", MAKES_A_DATABASE, str(folder)], cwd=ROOT, check=True, timeout=120)
    made = [folder, *folder.iterdir()]
    assert "afstemt.sqlite3" in {path.name for path in made}
    assert [path.name for path in made if path.stat().st_mode & 0o077] == []
