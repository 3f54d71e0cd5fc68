"""Source code as syntax trees, and what it says: routes, variables, ports, requests, stores."""
