"""What every test starts from: no answers of earlier runs, so that each run is one."""

from __future__ import annotations

import os

os.environ["READINESS_CACHE"] = ""
