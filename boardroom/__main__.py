"""`python -m boardroom`."""

from boardroom.cli import main

main()
