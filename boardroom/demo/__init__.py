"""The demonstration: an invented board with its people, cases and meetings."""
