"""Sealed opinions, the reveal, shifts and divergence."""
