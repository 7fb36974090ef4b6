"""The page on which a referrer sends what is missing, and new results."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from flask import flash, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom import audit
from boardroom.cases import fields, operations, queries
from boardroom.cases.blueprint import accepted_files, board_of, bp, documents_folder, form_of, today
from boardroom.cases.case_form import CaseForm
from boardroom.cases.document_routes import attached_from_request
from boardroom.cases.more import More, NewValue, more_of
from boardroom.cases.names import name_cautions
from boardroom.cases.rules import ValueRefused
from boardroom.cases.saving import save_case as save
from boardroom.clinical.facts import improbable
from boardroom.refusals import Refused
from boardroom.web import see_other


@bp.get("/cases/<int:case_id>/more")
def more(case_id: int) -> str:
    """What can be sent."""
    found = queries.load_case(case_id)
    audit.record_reading("read a case", board=found.board, case_id=found.id)
    return _page(form_of(found), more_of(found, board_of(found)))


@bp.post("/cases/<int:case_id>/more")
def send_more(case_id: int) -> Response | tuple[str, int]:
    """Keep what was sent beside what is there; all of it, or nothing where something is wrong."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    offered = more_of(found, board_of(found))
    typed = {name: text for name, text in request.form.items() if name in offered.names}
    # A value that is not given says nothing of its unit and day
    given = [one for one in offered.values if typed.get(one.names[0], "").strip()]
    kept = {name for one in given for name in one.names} | {name for name, _ in offered.texts}
    values = {name: text for name, text in typed.items() if name in kept and text.strip()}
    if same_day := _same_day():
        values = {one.day: same_day for one in given} | values
    errors = dict(_undated(given, values))
    doubts = {} if errors else dict(_doubted(given, values))
    if doubts:
        # Nobody but the board changes a value once it is sent, so it is asked about before
        form = form_of(found, typed, warnings=doubts)
        return _page(form, offered, doubted=tuple(_as_typed(one, values) for one in given)), 422
    named = name_cautions(dict(_texts(offered, values)), found.patient.name)
    if values and not errors:
        saved = save(
            found, values, found.version, actor=current_user, board=board_of(found),
            today=today(found), was=dict.fromkeys(values, ""),
        )  # fmt: skip
        errors = saved.errors
    count = 0
    try:
        count = attached_from_request(found, folder=documents_folder())
    except (Refused, ValueRefused) as refused:
        errors = {**errors, "file": str(refused)}
    if not values and not count and not errors:
        errors = {"file": "Write a value, or choose a document."}
    if errors:
        return _page(form_of(found, typed, errors=errors, warnings=named), offered), 422
    audit.record("sent new results", board=found.board, case_id=found.id, actor=current_user)
    flash("Thank you. The board has it.", "success")
    for name, caution in named.items():
        label = fields.CASE[name].label
        flash(f"{label}: {caution} The board’s coordinator can still do so.", "warning")
    return see_other("cases.case", case_id=case_id)


def _same_day() -> str:
    """The day that every value without its own gets."""
    return request.form.get("same_day", "").strip()


def _texts(offered: More, values: Mapping[str, str]) -> Iterator[tuple[str, str]]:
    """The free texts among what is sent, which are read on the wall."""
    for name, field in offered.texts:
        if field.told and name in values:
            yield name, values[name]


def _undated(given: list[NewValue], values: dict[str, str]) -> Iterator[tuple[str, str]]:
    """A new result without its day would be no newer than the old one."""
    for one in given:
        if not values.get(one.day):
            yield one.day, f"{one.fact.label}: give the day."


def _doubted(given: list[NewValue], values: dict[str, str]) -> Iterator[tuple[str, str]]:
    """What is improbable, as the long form says it, unless it was sent a second time unchanged."""
    confirmed = request.form.getlist("sure")
    for one in given:
        value, unit = (values.get(name, "") for name in one.names[:2])
        found = improbable(one.fact.key, value, unit)
        if found and _as_typed(one, values) not in confirmed:
            yield one.names[0], found


def _as_typed(one: NewValue, values: dict[str, str]) -> str:
    return " ".join((one.prefix, *(values.get(name, "").strip() for name in one.names[:2])))


def _page(form: CaseForm, offered: More, doubted: tuple[str, ...] = ()) -> str:
    return render_template(
        "cases/more.html",
        form=form,
        doubted=doubted,
        case=form.case,
        board=form.board,
        offered=offered,
        same_day=_same_day(),
        **accepted_files(),
    )
