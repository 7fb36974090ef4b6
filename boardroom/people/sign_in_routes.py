"""Signing in and out, and following a one-time link."""

from __future__ import annotations

from typing import Any

from flask import (
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

from boardroom.errors import Refused
from boardroom.people import operations, queries, rules
from boardroom.people.blueprint import bp, definition, me
from boardroom.people.forms import (
    AcceptForm,
    SignInForm,
)
from boardroom.people.models import Person, Role
from boardroom.people.sign_in import begin_session, end_session, throttled
from boardroom.web import see_other

# The same words whether the account exists or not.
_REFUSED = (
    "This email and password do not belong together. Check both, or ask your administrator "
    "for a new link."
)


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
        specialties = {s.key: s for s in definition(place.board).specialties}
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
    operations.sign_out(me())
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
