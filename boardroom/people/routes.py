"""Signing in and out, one's account, and a board's people and audit trail."""

from __future__ import annotations

import datetime as dt
from dataclasses import replace
from itertools import groupby
from typing import Any

from flask import (
    Blueprint,
    abort,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom import audit, audit_queries
from boardroom.boards.definition import BoardDefinition
from boardroom.db import now
from boardroom.errors import Refused
from boardroom.people import operations, queries, rules
from boardroom.people.forms import (
    ROLE_NOTES,
    AcceptForm,
    AuditForm,
    InviteForm,
    NameForm,
    PasswordForm,
    PlaceForm,
    SignInForm,
)
from boardroom.people.models import Person, Role
from boardroom.people.sign_in import begin_session, end_session, throttled
from boardroom.web import day, moment, see_other, zone

bp = Blueprint("people", __name__)

# Where a one-time link waits for the one page that shows it: the administrator's own session.
_LINK = "made_link"

# The same words whether the account exists or not.
_REFUSED = (
    "This email and password do not belong together. Check both, or ask your administrator "
    "for a new link."
)


def _definition(board: str) -> BoardDefinition:
    found: BoardDefinition = current_app.extensions["boards"][board]
    return found


def _board_name(key: str) -> str:
    """Its name; the key of one whose definition was taken away."""
    found: BoardDefinition | None = current_app.extensions["boards"].get(key)
    return found.name if found is not None else key


def _me() -> Person:
    """The person signed in, as an object that operations can change."""
    person: Person = current_user._get_current_object()
    return person


# --- Signing in and out ------------------------------------------------------------------------


@bp.route("/sign-in", methods=["GET", "POST"])
@throttled
def sign_in() -> Any:
    """Email and password; in the demo also one button for each person."""
    form = SignInForm()
    if request.method == "GET" and current_user.is_authenticated:
        return redirect(url_for("home.home"))
    status = 200
    if form.validate_on_submit():
        person = operations.sign_in(form.email.data or "", form.password.data or "")
        if person is not None:
            return _go_on_as(person)
        form.password.errors = [_REFUSED]
        status = 422
    elif form.is_submitted():
        status = 422
    people = queries.everybody_active() if current_app.config["DEMO"] else []
    return render_template("people/sign_in.html", form=form, people=_demo_people(people)), status


@bp.post("/sign-in/demo")
def sign_in_demo() -> Any:
    """The demo's buttons. Anywhere else there is no such address."""
    if not current_app.config["DEMO"]:
        abort(404)
    wanted = request.form.get("person", "")
    person = next((p for p in queries.everybody_active() if str(p.id) == wanted), None)
    if person is None:
        raise Refused("This person is not in the demo any more. Reload the page and choose again.")
    operations.sign_in_demo(person)
    return _go_on_as(person)


def _go_on_as(person: Person) -> Response:
    wanted = rules.local_path(session.get("after_sign_in"))
    begin_session(person)
    return redirect(wanted or url_for("home.home"), 303)


# The order of the demo's buttons: whoever runs the meeting first.
_DEMO_ORDER = (
    Role.CHAIR,
    Role.COORDINATOR,
    Role.SPECIALIST,
    Role.OBSERVER,
    Role.REFERRER,
    Role.ADMINISTRATOR,
)


def _demo_people(people: list[Person]) -> list[dict[str, Any]]:
    """The demo's people as buttons, specialists in the board's order."""
    rows = []
    for person in people:
        boards = current_app.extensions["boards"]
        place = next((m for m in person.memberships if m.board in boards), None)
        if place is None:
            continue
        specialties = {s.key: s for s in _definition(place.board).specialties}
        specialty = specialties.get(place.specialty or "")
        said = [] if place.role == Role.SPECIALIST and specialty else [place.role.capitalize()]
        said += [specialty.name] if specialty else []
        said += [person.hospital] if place.role == Role.REFERRER else []
        rank = list(specialties).index(specialty.key) if specialty else len(specialties)
        rows.append(
            {
                "person": person,
                "specialty": specialty,
                "words": " · ".join(said),
                "order": (_DEMO_ORDER.index(Role(place.role)), rank, person.name),
            }
        )
    return sorted(rows, key=lambda row: row["order"])


@bp.post("/sign-out")
def sign_out() -> Response:
    """End the session on this device."""
    operations.sign_out(_me())
    end_session()
    flash("You are signed out.", "success")
    return see_other("people.sign_in")


@bp.route("/invitation/<token>", methods=["GET", "POST"])
@throttled
def accept_invitation(token: str) -> Any:
    """Follow a one-time link: choose a password, and be signed in."""
    person = operations.person_of_link(token)
    if person is None:
        return render_template("people/link_over.html"), 404
    form = AcceptForm()
    form.person = person
    if form.validate_on_submit():
        person = operations.accept_invitation(token, form.new.data or "")
        begin_session(person)
        flash("Your password is set, and you are signed in.", "success")
        return see_other("home.home")
    status = 422 if form.is_submitted() else 200
    return render_template("people/accept_invitation.html", form=form, person=person), status


# --- One's own account -------------------------------------------------------------------------


@bp.route("/account", methods=["GET", "POST"])
@throttled
def account() -> Any:
    """One's name and password."""
    person = _me()
    what = request.form.get("what") if request.method == "POST" else None
    name_form = NameForm(formdata=request.form if what == "name" else None, prefix="your")
    password_form = PasswordForm(formdata=request.form if what == "password" else None)
    password_form.person = person
    if what == "name" and name_form.validate():
        operations.rename(person, name_form.name.data or "")
        flash("Your name is changed.", "success")
        return see_other("people.account")
    if what == "password" and password_form.validate():
        if operations.change_password(
            person, password_form.old.data or "", password_form.new.data or ""
        ):
            begin_session(person)
            flash("Your password is changed. Other devices are signed out.", "success")
            return see_other("people.account")
        password_form.old.errors = ["This is not your present password."]
    if what != "name":
        name_form.name.data = person.name
    places = [(_definition(m.board), m) for m in person.memberships]
    html = render_template(
        "people/account.html", name_form=name_form, password_form=password_form, places=places
    )
    return html, 200 if request.method == "GET" else 422


# --- A board's people --------------------------------------------------------------------------


@bp.get("/boards/<board>/people")
def people_list(board: str) -> str:
    """Everybody with a place on the board."""
    members = queries.members_of(board, active=False)
    at = now()
    states = {
        person.id: rules.state_of(
            active=person.active,
            has_password=person.password_hash is not None,
            link_expires_at=person.invitation_expires_at,
            at=at,
        )
        for person in members
    }
    made = session.pop(_LINK, None)
    link = None
    if made is not None and made.get("board") == board:
        link = {
            "name": made["name"],
            "url": url_for("people.accept_invitation", token=made["token"], _external=True),
        }
    groups = [
        (title, [p for p in members if states[p.id] in wanted])
        for title, wanted in (
            ("Active", ("active",)),
            ("Invited", ("invited", "expired")),
            ("Deactivated", ("deactivated",)),
        )
    ]
    return render_template(
        "people/people_list.html",
        board=_definition(board),
        groups=[(title, people) for title, people in groups if people],
        states=states,
        link=link,
        seats=_seats(_definition(board), members, states),
    )


def _seats(
    definition: BoardDefinition, members: list[Person], states: dict[int, Any]
) -> list[tuple[Any, int]]:
    """Every specialty, and how many people can speak for it now."""
    counts = dict.fromkeys((s.key for s in definition.specialties), 0)
    for person in members:
        place = person.on(definition.key)
        if states[person.id] == "active" and place and place.votes and place.specialty in counts:
            counts[place.specialty] += 1
    return [(s, counts[s.key]) for s in definition.specialties]


@bp.route("/boards/<board>/people/invite", methods=["GET", "POST"])
def invite(board: str) -> Any:
    """Give somebody new a place on the board."""
    form = InviteForm(_definition(board))
    if request.method == "GET":
        form.suggest(request.args.get("role", ""), request.args.get("specialty", ""))
    if form.validate_on_submit():
        try:
            person, token = operations.invite(board, email=form.email.data or "", **form.values)
        except Refused as refusal:
            form.email.errors = [str(refusal)]
        else:
            if token is not None:
                _keep_link(board, person, token)
            else:
                flash(
                    f"{person.name} has an account already and now sits on this board.", "success"
                )
            return see_other("people.people_list", board=board)
    status = 422 if form.is_submitted() else 200
    html = render_template(
        "people/invite.html", form=form, board=_definition(board), notes=ROLE_NOTES
    )
    return html, status


def _keep_link(board: str, person: Person, token: str) -> None:
    session[_LINK] = {"board": board, "name": person.name, "token": token}


@bp.route("/boards/<board>/people/<int:person_id>", methods=["GET", "POST"])
def edit_person(board: str, person_id: int) -> Any:
    """Change somebody's place on the board."""
    person = queries.member(board, person_id)
    place = person.on(board)
    assert place is not None
    form = PlaceForm(_definition(board))
    if request.method == "GET":
        form.fill(person, place)
    if form.validate_on_submit():
        try:
            operations.edit_person(person, board=board, actor=_me(), **form.values)
        except Refused as refusal:
            form.role.errors = [str(refusal)]
        else:
            flash(f"{person.name}: saved.", "success")
            if person.id == current_user.id and place.role != Role.ADMINISTRATOR:
                return see_other("home.home")
            return see_other("people.people_list", board=board)
    status = 422 if form.is_submitted() else 200
    html = render_template(
        "people/edit_person.html",
        form=form,
        notes=ROLE_NOTES,
        person=person,
        board=_definition(board),
        elsewhere=[_board_name(key) for key in person.boards() if key != board],
        only_here=set(person.boards()) <= set(current_user.boards(Role.ADMINISTRATOR)),
    )
    return html, status


@bp.post("/boards/<board>/people/<int:person_id>/deactivate")
def deactivate(board: str, person_id: int) -> Response:
    """Close an account: its sessions and live connections end at once."""
    person = queries.member(board, person_id)
    operations.deactivate(person, board=board, actor=_me())
    words = "is off this board" if person.active else "is deactivated"
    flash(f"{person.name} {words}. Sessions and live connections have ended.", "success")
    return see_other("people.people_list", board=board)


@bp.post("/boards/<board>/people/<int:person_id>/reactivate")
def reactivate(board: str, person_id: int) -> Response:
    """Open a closed account again."""
    person = queries.member(board, person_id)
    operations.reactivate(person, board=board, actor=_me())
    flash(f"{person.name} can sign in again.", "success")
    return see_other("people.people_list", board=board)


@bp.post("/boards/<board>/people/<int:person_id>/link")
def invite_again(board: str, person_id: int) -> Response:
    """Make a new one-time link for somebody who lost the first one, or the password."""
    person = queries.member(board, person_id)
    token = operations.invite_again(person, board=board, actor=_me())
    _keep_link(board, person, token)
    return see_other("people.people_list", board=board)


# --- The audit trail ---------------------------------------------------------------------------


@bp.get("/boards/<board>/audit")
def audit_trail(board: str) -> Any:
    """Who did and read what, with the values before and after."""
    form = AuditForm(request.args)
    people = {
        "": "Anybody",
        **{str(p.id): p.name for p in queries.members_of(board, active=False)},
        audit_queries.NOBODY: "No account (commands, refused sign-ins)",
    }
    form.who.choices = people
    valid = form.validate() and (form.who.data in people or _not_a_choice(form))
    search = _search(form, board) if valid else audit_queries.Search()
    found = audit_queries.page(board, search, before=_key("before"), after=_key("after"))
    audit.record_reading("read the audit trail", board=board)
    reader = audit_queries.Reader(found.entries, lambda at: moment(at, board))
    told = [reader.tell(entry) for entry in found.entries]
    asked = {k: v for k, v in request.args.items() if k in form and v}
    html = render_template(
        "people/audit_trail.html",
        board=_definition(board),
        form=form,
        found=found,
        days=[
            (label, list(group))
            for label, group in groupby(told, key=lambda each: day(each.entry.at, board))
        ],
        asked=asked,
        checked=audit.verify() if request.args.get("verify") == "1" else None,
    )
    return html, 200 if valid else 422


def _not_a_choice(form: AuditForm) -> bool:
    form.who.errors = ["This person is not on the board. Choose from the list."]
    return False


def _search(form: AuditForm, board: str) -> audit_queries.Search:
    search = audit_queries.Search(
        who=form.who.data or "",
        action=form.action.data or "",
        case=form.case.data or "",
        text=form.text.data or "",
    )
    if form.since.data:
        search = replace(search, since=_midnight(form.since.data, board))
    if form.until.data and form.until.data < dt.date.max:
        search = replace(search, until=_midnight(form.until.data + dt.timedelta(days=1), board))
    return search


def _midnight(date: dt.date, board: str) -> dt.datetime:
    """The first instant of a day on the board's clock."""
    try:
        return dt.datetime.combine(date, dt.time(), zone(board)).astimezone(dt.UTC)
    except OverflowError:  # the first or the last day that the calendar has
        return dt.datetime.combine(date, dt.time(), dt.UTC)


def _key(name: str) -> int | None:
    text = request.args.get(name, "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None
