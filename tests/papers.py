"""Files as people attach them."""

from __future__ import annotations

PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\ntrailer\n<< /Root 1 0 R >>\n%%EOF\n"
"""The least that is a whole PDF."""
