"""What the board achieves: the ledger of second opinions, and rates."""
