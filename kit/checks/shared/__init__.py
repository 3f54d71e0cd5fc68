"""What the checks of several areas ask alike: no checks, no area of its own."""
