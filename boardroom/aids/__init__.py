"""The decision aids of a case: what they say and rest on, and what a decision was taken on."""
