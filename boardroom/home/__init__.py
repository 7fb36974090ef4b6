"""What waits for the person who signed in."""
