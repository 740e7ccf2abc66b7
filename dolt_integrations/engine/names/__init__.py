"""Names from outside: locations, TLS options, identifiers, authors, URLs of remotes."""
