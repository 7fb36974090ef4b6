"""The blueprint that the routes before a meeting and the live ones share."""

from flask import Blueprint

bp = Blueprint("meetings", __name__)
