"""The `readiness` command as it runs where no process can be forked: with ordinary kernels."""

from __future__ import annotations

import multiprocessing

# Outside of the guard, as workers that are spawned import this file anew.
multiprocessing.get_all_start_methods = lambda: ["spawn"]

if __name__ == "__main__":
    from kit.cli import main

    main()
