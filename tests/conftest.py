"""What every test starts from: no answers of earlier runs, so that each run is one, and interrupts that are heard.

A shell starts what runs in the background with interrupts ignored, and children inherit that.
"""

from __future__ import annotations

import os
import signal

os.environ["READINESS_CACHE"] = ""
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)
