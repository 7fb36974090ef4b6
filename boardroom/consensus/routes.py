from __future__ import annotations

from flask import Blueprint

bp = Blueprint("consensus", __name__)
