"""One module per area: an area's name is its module's (or folder's) name. Checks are discovered, never listed."""
