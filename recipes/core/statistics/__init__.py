"""Statistics behind tests: plain formulas, without a data store."""
