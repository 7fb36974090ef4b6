"""What Boardroom costs, as ratios against bare references in the same run: `make bench`."""
