"""Accounts, roles, specialties, sign-in."""
