"""The map of a case: each side's reading written, and every page's picture of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Sequence
from dataclasses import replace
from http import HTTPStatus
from typing import Any

from flask import Blueprint, current_app, flash, g, render_template, request, url_for
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom import audit
from boardroom.aids.record import record_of
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case
from boardroom.cases.operations import hold
from boardroom.cases.queries import load_case
from boardroom.clinical.by_features import ByFeatures, by_features
from boardroom.clinical.reading_refusals import CAUTIONS, caution_of
from boardroom.clinical.tumour_reading import Findings, Lesion, completed
from boardroom.db import now
from boardroom.people.models import Role
from boardroom.permissions import can
from boardroom.refusals import DomainError, StaleVersion
from boardroom.tumour_map import forms, operations, queries, rules
from boardroom.tumour_map.drawing import drawn, drawn_lesions, sign
from boardroom.tumour_map.listed import listed_by_the_hospital
from boardroom.tumour_map.models import Side
from boardroom.tumour_map.operations import Written, written
from boardroom.tumour_map.refused import refused_fields
from boardroom.tumour_map.view import TumourMap, tumour_map
from boardroom.web import local, see_other

bp = Blueprint("tumour_map", __name__)


@bp.app_template_global("tumour_map_of")
def tumour_map_of(case: Case, withheld: bool = False) -> TumourMap:
    """The readings of a case, drawn and compared, for any page that shows it.

    `withheld`: for the referring hospital before it has the board's answer: its own reading alone,
    and not the list of lesions either where that follows the board's reading.
    """
    sides = queries.readings_of(case.id)
    if withheld and Side.BOARD in sides:
        own = {side: one for side, one in sides.items() if side == Side.REFERRING}
        return replace(tumour_map(own, ()), without_board=True)
    return tumour_map(sides, case.lesions)


@bp.app_template_global("by_features")
def category_by_features(case: Case, lesion: Lesion) -> ByFeatures | None:
    """The category that a lesion's features give; None where none are given."""
    return by_features(lesion, record_of(case, _today(case))) if lesion.features else None


@bp.app_template_global("map_sign")
def map_sign(degree: str) -> str:
    """The sign for how a lesion meets a vessel, about the origin."""
    return sign(degree)


@bp.app_template_global("may_write_reading")
def may_write_reading(case: Case, side: str) -> bool:
    """Whether to offer the person signed in the writing of a side's reading."""
    if not can(f"tumour_map.{side}_reading", case_id=case.id):
        return False
    try:
        operations.may_write(case, Side(side), current_user)
    except DomainError:
        return False
    return True


@bp.route("/cases/<int:case_id>/map/board", methods=["GET", "POST"])
def board_reading(case_id: int) -> Any:
    """The board's reading: by its radiologists, its chair or its coordinator."""
    return _reading(Side.BOARD)


@bp.route("/cases/<int:case_id>/map/referring", methods=["GET", "POST"])
def referring_reading(case_id: int) -> Any:
    """The referring hospital's reading: by its referrer before submission, or as it was sent in."""
    return _reading(Side.REFERRING)


def _reading(side: Side) -> Any:
    if request.method == "POST":
        hold(g.subject.case.id)
    case = load_case(g.subject.case.id)
    operations.may_write(case, side, current_user)
    if request.method == "POST":
        return _save(case, side)
    audit.record_reading("read a case", board=case.board, case_id=case.id)
    return _page(case, side, _form(case, side))


def _board(case: Case) -> BoardDefinition:
    found: BoardDefinition = current_app.extensions["boards"][case.board]
    return found


def _today(case: Case) -> dt.date:
    return local(now(), case.board).date()


def _other(side: Side) -> Side:
    return Side.BOARD if side == Side.REFERRING else Side.REFERRING


def _sides(case: Case, side: Side) -> queries.Sides:
    """What the writer of this side may see: a referrer is shown no reading of the board's."""
    sides = queries.readings_of(case.id)
    place = current_user.on(case.board)
    if place is not None and place.role != Role.REFERRER:
        return sides
    return {key: one for key, one in sides.items() if key == side}


def _form(case: Case, side: Side) -> forms.ReadingForm:
    sides = _sides(case, side)
    own, other = sides.get(side), sides.get(_other(side))
    shown = written(own) if own is not None else _beginning(case, side, sides)
    form = forms.reading_form(
        _board(case),
        shown,
        own.version if own is not None else 0,
        other.said.lesions if other is not None else (),
    )
    if request.method == "GET" and request.args.get("from") == forms.OTHER:
        form.begun_from.data = forms.OTHER
    return form


def _beginning(case: Case, side: Side, sides: queries.Sides) -> Written | None:
    """What an unwritten reading begins with: the case's list, or on request the other reading."""
    name = current_user.name if side == Side.BOARD else ""
    other = sides.get(_other(side))
    if other is None:
        # A list that follows a reading which is not shown here is not shown either.
        listed = () if queries.readings_of(case.id) else case.lesions
        return Written(rules.of_list(listed), read_by=name)
    if request.args.get("from") != forms.OTHER:
        return Written(Findings(), read_by=name)
    same = tuple(replace(one, same_as=str(one.number)) for one in other.said.lesions)
    return replace(written(other), findings=replace(other.said, lesions=same), read_by=name)


AS_READ = "Look at each lesion on the images, then tick this; or change what you see otherwise."


def _not_the_boards(
    case: Case, side: Side, form: forms.ReadingForm
) -> tuple[Sequence[Lesion], str]:
    """(lesions of somebody else that the board's first reading began with, whose they are)."""
    sides = queries.readings_of(case.id)
    if side != Side.BOARD or side in sides:
        return (), ""
    hospital = case.referrer_hospital or "the referring hospital"
    if other := sides.get(Side.REFERRING):
        taken_over = form.begun_from.data == forms.OTHER
        return (other.said.lesions, f"As read by {hospital}") if taken_over else ((), "")
    lesions = rules.of_list(case.lesions).lesions
    theirs = bool(lesions) and bool(listed_by_the_hospital(case).lines)
    return lesions, f"As listed by {hospital}" if theirs else "As listed in the case’s form"


def _must_be_read(case: Case, side: Side, form: forms.ReadingForm, new: Written | None) -> bool:
    """Whether the form still says what somebody else wrote, and nobody says to have looked."""
    if new is None or form.as_read.data:
        return False
    lesions, _ = _not_the_boards(case, side, form)
    if not rules.left_unchanged(new.findings.lesions, completed(Findings(tuple(lesions))).lesions):
        return False
    form.as_read.errors = [AS_READ]
    return True


def _save(case: Case, side: Side) -> Any:
    form = _form(case, side)
    new = forms.written_in(form, _today(case), case.patient.birth_date)
    if new is None or _must_be_read(case, side, form, new):
        return _page(case, side, form), HTTPStatus.UNPROCESSABLE_ENTITY
    try:
        saved = operations.save_reading(case, side, new, form.version_seen, actor=current_user)
    except StaleVersion as stale:
        current = queries.readings_of(case.id).get(side)
        form.version.data = str(current.version if current is not None else 0)
        return _page(case, side, form, stale=stale, theirs=current), HTTPStatus.CONFLICT
    flash(f"{rules.HEADINGS[side]} is saved (version {saved.version}).", "success")
    if request.form.get("_do") == "more":
        endpoint = f"tumour_map.{side}_reading"
        return see_other(endpoint, case_id=case.id, _anchor="lesions-new")
    return Response(
        status=303, headers={"Location": url_for("cases.case", case_id=case.id) + "#tumour-map"}
    )


def _page(case: Case, side: Side, form: forms.ReadingForm, **more: Any) -> str:
    sides = _sides(case, side)
    other = sides.get(_other(side))
    more = {"stale": None, "theirs": None, **more}
    begun_with, whose = _not_the_boards(case, side, form)
    if not rules.left_unchanged(completed(forms.findings_in(form)).lesions, begun_with):
        whose = ""
    return render_template(
        "tumour_map/reading.html",
        case=case,
        side=side,
        form=form,
        heading=rules.HEADINGS[side],
        other=other,
        other_map=tumour_map({_other(side): other}, []) if other is not None else None,
        liver=drawn(Findings()),
        lesions=drawn_lesions(forms.findings_in(form)),
        history=queries.history_of(case.id, side),
        scale_note=rules.SCALE_NOTE,
        whose=whose,
        refused=refused_fields(form, compared=other is not None),
        lesion_cautions=CAUTIONS,
        caution_of=caution_of,
        can_begin=other is not None and side not in sides and "from" not in request.args,
        **more,
    )
