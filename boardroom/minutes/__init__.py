"""The record of a meeting: its document, signature, amendments and exports."""
