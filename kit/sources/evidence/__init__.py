"""Files that other tools wrote: what they measured, in one shape per kind, with its place. No opinions."""
