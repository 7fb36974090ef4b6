"""Threads about a case that live at any hour."""
