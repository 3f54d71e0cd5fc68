from __future__ import annotations

import sys

from kit.docs import main

sys.exit(main(sys.argv[1:]))
