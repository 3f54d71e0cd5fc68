"""Reads the plate on each picture, writes the ticket beside and takes the picture away."""

from __future__ import annotations

import logging
import time
from pathlib import Path

log = logging.getLogger("plates")
PICTURES, TICKETS = Path("/var/pictures"), Path("/var/tickets")


def plate_of(picture: bytes) -> str:
    """The plate that the camera put before the picture."""
    return picture.split(b"\n", 1)[0].decode("ascii", "replace")


def main() -> None:
    """Look for pictures each second."""
    while True:
        Path("/tmp/alive").touch()
        for path in PICTURES.glob("*.jpg"):
            (TICKETS / path.stem).write_text(plate_of(path.read_bytes()), "utf-8")
            path.unlink()
        time.sleep(1)


if __name__ == "__main__":
    main()
