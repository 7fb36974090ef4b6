"""What an IT department needs: health, metrics, logs, backup and restore.

Nothing here is part of a meeting: the features do not know that it exists.
"""
