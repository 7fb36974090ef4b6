"""Other systems and formats: one file for each."""
