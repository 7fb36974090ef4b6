"""The board's verdict and plan, dispositions, sign-off and dissent."""
