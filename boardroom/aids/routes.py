"""What templates ask of the decision aids, and the units that a person reads."""

from __future__ import annotations

from flask import Blueprint, current_app, flash, redirect, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom.aids.cards import Cards, cards_of
from boardroom.aids.lines import time_line_of
from boardroom.aids.queries import cards_for, changed_until
from boardroom.aids.since_decision import Changed, changed
from boardroom.aids.trends import TimeLine
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case
from boardroom.cases.standing import judged_on
from boardroom.clinical.display import shown
from boardroom.clinical.units import SYSTEMS
from boardroom.db import now
from boardroom.people import operations as people
from boardroom.people.rules import local_path
from boardroom.refusals import Refused
from boardroom.web import local

bp = Blueprint("aids", __name__)


def _board(case: Case) -> BoardDefinition:
    found: BoardDefinition = current_app.extensions["boards"][case.board]
    return found


@bp.app_template_global("own_units")
def own_units(board: str) -> str:
    """The units that the person signed in reads: their own choice, else the board's."""
    definition: BoardDefinition = current_app.extensions["boards"][board]
    return current_user.units or definition.aids.units


@bp.app_template_global("case_cards")
def case_cards(case: Case) -> Cards:
    """The cards of a case for a page of the person's own, in their own units: of today, or of the
    day on which it was decided."""
    return cards_for(case, _board(case), judged_on(case), own_units(case.board))


@bp.app_template_global("changed_since_decision")
def changed_since_decision(case: Case, cards: Cards) -> tuple[Changed, ...]:
    """What the aids say otherwise today, under the cards of a provisional decision, whose case can
    still be changed, and of one that was confirmed since. Nothing for other cards."""
    until = changed_until(case) if cards.kept else None
    if until is None:
        return ()
    return changed(cards, cards_of(case, _board(case), until, cards.units))


@bp.app_template_global("case_time_line")
def case_time_line(case: Case, rounds: list[Case]) -> TimeLine | None:
    """Treatments, rounds and values over time, in the person's own units."""
    today = local(now(), case.board).date()
    return time_line_of(case, rounds, _board(case), today, own_units(case.board))


@bp.app_template_global("first_options")
def first_options(case: Case) -> str:
    """The options of the case's stage in their order, for whoever writes why another is taken."""
    card = case_cards(case).card("staging")
    if not card.options:
        return ""
    names = ", then ".join(option.label for option in card.options)
    return f"BCLC {card.figures[0].value}: {names}."


@bp.app_template_global("other_unit")
def other_unit(key: str, value: str, unit: str, board: str) -> str:
    """The value in the person's own units where those are not the ones it was entered in."""
    words = shown(key, value, unit, own_units(board))
    return words.words if words.entered else ""


@bp.app_template_global("unit_systems")
def unit_systems() -> dict[str, str]:
    """Key and words of each system of units."""
    return SYSTEMS


@bp.post("/units")
def choose_units() -> Response:
    """Which units the person reads on their own pages; then back to where they were."""
    wanted = request.form.get("units", "")
    if wanted not in SYSTEMS:
        raise Refused("Choose SI or conventional units.")
    people.choose_units(current_user._get_current_object(), wanted)
    flash(f"{SYSTEMS[wanted]} are shown to you from now on.", "success")
    return redirect(local_path(request.form.get("then")) or url_for("people.account"), 303)
