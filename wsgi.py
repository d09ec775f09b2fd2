"""The server's entry point."""

import sys

from app import create_app
from config import BadSetting

try:
    app = create_app()
except BadSetting as error:
    sys.exit(f"Afstemt cannot start: {error}")
