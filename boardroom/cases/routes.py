"""Pages of the cases: the list, one case, a new one, and its way through the board."""

from __future__ import annotations

import datetime as dt

from flask import current_app, flash, render_template, request
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom.cases import (
    document_routes,
    form_routes,
    more_routes,
    needed_operations,
    operations,
    queries,
    round_operations,
    rules,
    triage_operations,
)
from boardroom.cases.blueprint import board_of, bp, refers, today
from boardroom.cases.case_page import case_page
from boardroom.cases.documents import KINDS
from boardroom.cases.earlier import NOTHING, Earlier, earlier_of
from boardroom.cases.fields import CASE, DOCUMENT, PATIENT
from boardroom.cases.models import Case
from boardroom.cases.saving import save_case as save
from boardroom.cases.view import FactGroup, age_limits, cannot_get, fact_groups
from boardroom.db import now
from boardroom.meetings.operations import follow_complexity
from boardroom.people.models import Role
from boardroom.permissions import can
from boardroom.refusals import Refused
from boardroom.text import clean_line
from boardroom.web import local, see_other

__all__ = ["bp", "document_routes", "form_routes", "more_routes"]


@bp.app_template_global("case_facts")
def case_facts(case: Case, units: str = "", on: dt.date | None = None) -> list[FactGroup]:
    """The facts of a case, grouped, for any page that shows it; `units` as for `fact_groups`.

    `on`: the day on which those that the board wants younger are called old.
    """
    limits = age_limits(case, board_of(case)) if on is not None else {}
    return fact_groups(case, units, on=on, limits=limits)


@bp.app_template_global("earlier_rounds_hold")
def earlier_rounds_hold(case: Case, held: Earlier | None = None) -> Earlier:
    """What earlier rounds hold that still counts; nothing, and nothing asked, for a first one.

    A referrer is shown only what their own hospital sent: a round can have come from another.
    `held`: the same of the case, where it was asked already.
    """
    found = earlier_of(case) if held is None else held
    theirs = {one.case_id for one, _ in found.documents}
    if theirs and refers(case) and not all(can("cases.case", case_id=one) for one in theirs):
        return NOTHING
    return found


bp.add_app_template_global(cannot_get)


@bp.app_template_filter("is_open_case")
def is_open_case(status: str) -> bool:
    """Whether a case in this state may be edited."""
    return status in rules.OPEN_STATUSES


@bp.app_template_filter("document_kind")
def document_kind(media_type: str) -> str:
    """In a word or two: "PDF", "Word document"."""
    kind = KINDS.get(media_type)
    return kind.name if kind else "File"


@bp.app_template_filter("document_shows")
def document_shows(shows: str, board: str) -> str:
    """What a document shows, in the board's words."""
    return dict(DOCUMENT["shows"].choices(current_app.extensions["boards"][board])).get(
        shows, shows
    )


@bp.app_template_filter("case_status")
def case_status(status: str) -> str:
    """The words for a case's state."""
    return rules.STATUS_WORDS.get(status, status)


@bp.get("/cases")
def case_list() -> str:
    """Every case that the person may read."""
    page = request.args.get("page", "1")
    filters = queries.Filters(
        text=clean_line(request.args.get("q"))[:100],
        status=request.args.get("status", ""),
        board=request.args.get("board", ""),
        waiting=request.args.get("waiting") == "1",
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )
    boards = current_app.extensions["boards"]
    return render_template(
        "cases/case_list.html",
        found=queries.find_cases(current_user, filters),
        filters=filters,
        statuses=rules.STATUS_WORDS,
        boards={key: boards[key].name for key in current_user.boards() if key in boards},
        votes=any(m.votes for m in current_user.memberships),
    )


@bp.get("/cases/<int:case_id>")
def case(case_id: int) -> str:
    """One case, to be read."""
    return case_page(queries.load_case(case_id))


@bp.route("/cases/new", methods=["GET", "POST"])
def new_case() -> str | Response | tuple[str, int]:
    """The beginning of a referral: whose, and which question. The rest follows in the long form."""
    boards = current_app.extensions["boards"]
    prepares = current_user.boards(Role.COORDINATOR, Role.CHAIR)
    refers = current_user.boards(Role.REFERRER) if current_user.hospital else []
    open_to = {key: boards[key] for key in (*prepares, *refers) if key in boards}
    names = ("patient-name", "patient-record_number", "question")
    typed = {name: request.form.get(name, "") for name in names}
    key = request.form.get("board") or next(iter(open_to))
    errors: dict[str, str] = {}
    if request.method == "POST":
        if key not in open_to:
            errors["board"] = "Choose one of your boards."
            key = next(iter(open_to))
        elif not any(text.strip() for text in typed.values()):
            errors["patient-name"] = "Say whose case it is, or what is asked."
        else:
            if key in prepares:
                made = operations.new_case(open_to[key], actor=current_user)
            else:
                day = local(now(), key).date()
                made = operations.new_referral(open_to[key], actor=current_user, today=day)
            saved = save(
                made, typed, made.version, actor=current_user, board=open_to[key],
                today=today(made),
            )  # fmt: skip
            if not saved.errors:
                return see_other("cases.edit_case", case_id=made.id)
            errors.update(saved.errors)
    page = render_template(
        "cases/new_case.html", boards=open_to, chosen=key, typed=typed, errors=errors,
        patient=PATIENT, question=CASE["question"], refers=not prepares,
    )  # fmt: skip
    return (page, 422) if errors else page


@bp.post("/cases/<int:case_id>/needed")
def set_needed(case_id: int) -> Response:
    """Say which specialties the case needs beyond the board's quorum."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    keys = request.form.getlist("needed")
    if needed_operations.set_needed(found, board_of(found), keys, actor=current_user):
        flash("The decision now needs these specialties too." if keys else
              "The decision needs the board's quorum and no more.", "success")  # fmt: skip
    return see_other("cases.case", case_id=case_id)


@bp.post("/cases/<int:case_id>/complexity")
def set_complexity(case_id: int) -> Response:
    """Say whether the case is simple or complex."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    triage_operations.set_complexity(found, request.form.get("complexity", ""), actor=current_user)
    follow_complexity(found, actor=current_user)
    flash("Saved.", "success")
    return see_other("cases.case", case_id=case_id)


@bp.post("/cases/<int:case_id>/tests")
def judge_test(case_id: int) -> Response:
    """Accept an existing test, or ask for it anew and say why."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    send = request.form.get
    triage_operations.judge_test(
        found,
        board_of(found),
        send("test", ""),
        send("said", ""),
        send("reason", ""),
        today=today(found),
        actor=current_user,
    )
    flash("Saved.", "success")
    return see_other("cases.case", case_id=case_id, _anchor="tests")


@bp.post("/cases/<int:case_id>/move")
def move_case(case_id: int) -> Response | tuple[str, int]:
    """Submit, ask for information, decline, standard of care, take in again, or a new round."""
    operations.hold(case_id)
    found = queries.load_case(case_id)
    send = request.form.get
    note = send("note", "")
    match send("move", ""):
        case "submit":
            if (page := form_routes.submit_case(found)) is not None:
                return page
            flash(f"{found.code} is submitted to the board.", "success")
        case "ask":
            triage_operations.ask_for_information(
                found,
                board_of(found),
                note,
                items=request.form.getlist("item"),
                due=send("due", ""),
                today=today(found),
                actor=current_user,
            )
            flash("The case waits for information.", "success")
        case "decline":
            operations.decline(found, board_of(found), send("reason", ""), note, actor=current_user)
            flash("The case is declined.", "success")
        case "standard_of_care":
            who = send("clinician", "")
            operations.give_standard_of_care(found, who, note, actor=current_user)
            flash("The case is left to the standard of care.", "success")
        case "reopen":
            operations.reopen(found, actor=current_user)
            flash("The case is with the board again.", "success")
        case "new_round":
            made = round_operations.new_round(found, board_of(found), actor=current_user)
            flash(f"{made.code} is a new round of {found.code}.", "success")
            return see_other("cases.edit_case", case_id=made.id)
        case _:
            raise Refused("Choose what is to happen with the case.")
    return see_other("cases.case", case_id=case_id)
