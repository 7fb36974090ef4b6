"""A board's definition: read from a TOML file, checked once at start, the same for everybody."""
