"""One's own account, and a board's people."""

from __future__ import annotations

from typing import Any

from flask import (
    current_app,
    flash,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import current_user
from werkzeug.wrappers import Response

from boardroom.boards.definition import BoardDefinition
from boardroom.db import now
from boardroom.errors import Refused
from boardroom.people import operations, queries, rules
from boardroom.people.blueprint import bp, definition, me
from boardroom.people.forms import (
    ROLE_NOTES,
    InviteForm,
    NameForm,
    PasswordForm,
    PlaceForm,
)
from boardroom.people.models import Person, Role
from boardroom.people.sign_in import begin_session, throttled
from boardroom.web import see_other

# Where a one-time link waits for the one page that shows it: the administrator's own session.
_LINK = "made_link"


def _board_name(key: str) -> str:
    """Its name; the key of one whose definition was taken away."""
    found: BoardDefinition | None = current_app.extensions["boards"].get(key)
    return found.name if found is not None else key


# --- One's own account -------------------------------------------------------------------------


@bp.route("/account", methods=["GET", "POST"])
@throttled
def account() -> Any:
    """One's name and password."""
    person = me()
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
    places = [(definition(m.board), m) for m in person.memberships]
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
        board=definition(board),
        groups=[(title, people) for title, people in groups if people],
        states=states,
        link=link,
        seats=_seats(definition(board), members, states),
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
    form = InviteForm(definition(board))
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
        "people/invite.html", form=form, board=definition(board), notes=ROLE_NOTES
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
    form = PlaceForm(definition(board))
    if request.method == "GET":
        form.fill(person, place)
    cleared = form.clear_former(place) if form.is_submitted() else ""
    if form.validate_on_submit():
        try:
            operations.edit_person(person, board=board, actor=me(), **form.values)
        except Refused as refusal:
            form.role.errors = [str(refusal)]
        else:
            more = f" {cleared} has gone with the former role." if cleared else ""
            flash(f"{person.name}: saved.{more}", "success")
            if person.id == current_user.id and place.role != Role.ADMINISTRATOR:
                return see_other("home.home")
            return see_other("people.people_list", board=board)
    status = 422 if form.is_submitted() else 200
    html = render_template(
        "people/edit_person.html",
        form=form,
        notes=ROLE_NOTES,
        person=person,
        board=definition(board),
        elsewhere=[_board_name(key) for key in person.boards() if key != board],
        only_here=set(person.boards()) <= set(current_user.boards(Role.ADMINISTRATOR)),
    )
    return html, status


@bp.post("/boards/<board>/people/<int:person_id>/deactivate")
def deactivate(board: str, person_id: int) -> Response:
    """Close an account: its sessions and live connections end at once."""
    person = queries.member(board, person_id)
    operations.deactivate(person, board=board, actor=me())
    words = "is off this board" if person.active else "is deactivated"
    flash(f"{person.name} {words}. Sessions and live connections have ended.", "success")
    return see_other("people.people_list", board=board)


@bp.post("/boards/<board>/people/<int:person_id>/reactivate")
def reactivate(board: str, person_id: int) -> Response:
    """Open a closed account again."""
    person = queries.member(board, person_id)
    operations.reactivate(person, board=board, actor=me())
    flash(f"{person.name} can sign in again.", "success")
    return see_other("people.people_list", board=board)


@bp.post("/boards/<board>/people/<int:person_id>/link")
def invite_again(board: str, person_id: int) -> Response:
    """Make a new one-time link for somebody who lost the first one, or the password."""
    person = queries.member(board, person_id)
    token = operations.invite_again(person, board=board, actor=me())
    _keep_link(board, person, token)
    return see_other("people.people_list", board=board)
