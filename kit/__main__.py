"""`python -m kit` is `readiness`."""

import os
import sys

# `-m` puts the working folder first among the places of modules: it may be the project that is to be assessed.
OWN = os.path.realpath(os.path.join(os.path.dirname(__file__), os.pardir))  # noqa: PTH118, PTH120 - pathlib is not loaded yet
if sys.path and not sys.flags.safe_path and os.path.realpath(sys.path[0] or os.curdir) != OWN:
    del sys.path[0]

from kit.cli import main  # noqa: E402 - only now

main(prog_name="readiness")
