"""The board's definition, shown to its members as it stands."""

from __future__ import annotations

from flask import Blueprint, current_app, render_template

bp = Blueprint("boards", __name__)


@bp.get("/boards/<board>")
def definition(board: str) -> str:
    """Specialties and their questions, options, words, quorum and what a case needs."""
    shown = current_app.extensions["boards"][board]
    return render_template(
        "boards/definition.html",
        board=shown,
        families=[
            (family, [v for v in shown.verdicts if v.family == family.key])
            for family in shown.verdict_families
        ],
        diagnoses={d.key: d.name for d in shown.diagnoses},
        quorum=[shown.specialty(key).name for key in shown.quorum.specialties],
        owners={s.key: s.name for s in shown.specialties},
    )
