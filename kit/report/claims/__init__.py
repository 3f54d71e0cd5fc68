"""What reports of others state, shown: `claims.json`, the page beside it, and the section of our own report."""
