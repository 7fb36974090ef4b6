"""What is done with accounts: each verb checks, changes and records; it never commits."""

from __future__ import annotations

from flask import request

from boardroom import audit, live
from boardroom.boards.definition import BoardDefinition
from boardroom.db import db, keep_on_error, now
from boardroom.errors import IllegalTransition, Refused
from boardroom.people import queries, rules
from boardroom.people.models import Membership, Person, Role
from boardroom.people.sign_in import hash_password, needs_new_hash, password_matches

# --- Signing in --------------------------------------------------------------------------------


def sign_in(email: str, password: str) -> Person | None:
    """The person whose email and password these are, or None; both are recorded."""
    found = queries.person_by_email(email)
    person_id = found.id if found is not None else None
    right = password_matches(found, password[: rules.PASSWORD_MAX + 1])
    # Read again: the account may have been closed during the check.
    person = db.session.get(Person, person_id) if person_id is not None else None
    if person is None or not right or not person.active:
        _record_refusal(person)
        return None
    if needs_new_hash(person):
        person.password_hash = hash_password(password)
    audit.record("signed in", actor=person)
    return person


def _record_refusal(person: Person | None) -> None:
    """Keep the trace of a failed try.

    What was typed is not kept where no account has it: people type passwords into the wrong field.
    """
    keep_on_error()
    address = request.remote_addr or ""
    if person is None:
        audit.record("sign-in refused", account="unknown", address=address)
        return
    for board in person.boards():
        audit.record("sign-in refused", board=board, account=person.name, address=address)


def sign_in_demo(person: Person) -> None:
    """Record a sign-in by button, which only the demo has."""
    audit.record("signed in", actor=person, by="button of the demo")


def sign_out(person: Person) -> None:
    """Somebody signs out: their live connections end, in other windows too.

    Screens of another device, which is still signed in, come back by themselves.
    """
    audit.record("signed out", actor=person)
    live.end_connections(person)


# --- Invitations -------------------------------------------------------------------------------


def invite(
    board: str, *, email: str, name: str, hospital: str, role: Role, specialty: str | None
) -> tuple[Person, str | None]:
    """Give somebody a place on a board. Returns the person and the one-time link's token.

    An account that already has a password needs no link: the token is None. Raises Refused for
    somebody who is on the board already, or whose account is closed.
    """
    email = email.strip().casefold()
    person = queries.person_by_email(email)
    if person is not None and person.on(board) is not None:
        raise Refused(f"{person.name} is on this board already.")
    if person is not None and not person.active:
        raise Refused("This account is deactivated.")
    if person is None:
        person = Person(email=email, name=name.strip(), hospital=hospital.strip())
        db.session.add(person)
    person.memberships.append(Membership(board=board, role=role, specialty=specialty))
    token = _give_link(person) if person.password_hash is None else None
    db.session.flush()
    audit.record("invited a person", board=board, person=person.name)
    return person, token


def add_person(
    *,
    board: BoardDefinition,
    email: str,
    name: str,
    role: str,
    specialty: str | None = None,
    hospital: str = "",
    password: str | None = None,
) -> tuple[Person, str | None]:
    """Give somebody a place on a board from the command line.

    Like `invite`, and with a password the account can be used at once (the token is then None).
    Raises Refused for anything that the invitation's form would not take.
    """
    problems = rules.place_problems(
        role, specialty or "", hospital, [s.key for s in board.specialties]
    )
    if problems:
        raise Refused(" ".join(problems.values()))
    account = queries.person_by_email(email)
    fresh = account is None or account.password_hash is None
    # Whoever has a password on another board keeps it.
    if wrong := rules.account_problem(email, name, password if fresh else None):
        raise Refused(wrong)
    person, token = invite(
        board.key,
        email=email,
        name=name,
        hospital=hospital,
        role=Role(role),
        specialty=specialty or None,
    )
    if token is not None and password is not None:
        person.password_hash = hash_password(password)
        person.invitation_hash = person.invitation_expires_at = token = None
        db.session.flush()
    return person, token


def invite_again(person: Person, *, board: str, actor: Person) -> str:
    """Make a new one-time link; earlier ones end. Returns its token.

    The password in use, if there is one, stays until the link is followed.
    """
    _answers_for(actor, person)
    if not person.active:
        raise IllegalTransition(f"{person.name} is deactivated. Reactivate the account first.")
    token = _give_link(person)
    db.session.flush()
    audit.record("made a sign-in link", board=board, person=person.name)
    return token


def _give_link(person: Person) -> str:
    token = rules.new_token()
    person.invitation_hash = rules.token_hash(token)
    person.invitation_expires_at = now() + rules.INVITATION_LASTS
    return token


def person_of_link(token: str) -> Person | None:
    """Whose link this is, as long as it can be used."""
    person = queries.invited(rules.token_hash(token))
    if person is None or person.invitation_expires_at is None:
        return None
    return person if person.invitation_expires_at > now() else None


def accept_invitation(token: str, password: str) -> Person:
    """Set the password and use the link up. Whoever was signed in as this person is not any more.

    Raises Refused where the link has just been used or has run out.
    """
    db.session.rollback()  # hashing takes a while; nobody's write waits for it
    hashed = hash_password(password)
    person = person_of_link(token)
    if person is None:
        raise Refused("This link has been used, or it is older than seven days.")
    person.password_hash = hashed
    person.invitation_hash = None
    person.invitation_expires_at = None
    _end_sessions(person)
    db.session.flush()
    audit.record("set a password by link", actor=person)
    return person


# --- One's own account -------------------------------------------------------------------------


def rename(person: Person, name: str) -> None:
    """Change one's own name as others read it."""
    person.name = name.strip()
    db.session.flush()
    audit.record("changed their name")


def choose_units(person: Person, units: str) -> None:
    """Set which units the person reads: "si" or "conventional"."""
    person.units = units
    db.session.flush()
    audit.record("chose units")


def change_password(person: Person, old: str, new: str) -> bool:
    """Replace the password if the old one is right; every other session ends.

    Returns False, and records the try, where the old one is not right.
    """
    if not password_matches(person, old[: rules.PASSWORD_MAX + 1]):
        _record_refusal(person)
        return False
    person.password_hash = hash_password(new)
    _end_sessions(person)
    db.session.flush()
    audit.record("changed their password")
    return True


# --- Administration ----------------------------------------------------------------------------


def edit_person(
    person: Person,
    *,
    board: str,
    actor: Person,
    name: str,
    hospital: str,
    role: Role,
    specialty: str | None,
) -> None:
    """Change a person's place on a board, and their name and hospital.

    Raises Refused where the board would be left without an administrator. Live connections end
    where rights changed; they come back with the new ones.
    """
    place = person.on(board)
    assert place is not None
    if (name.strip(), hospital.strip()) != (person.name, person.hospital):
        _answers_for(actor, person)
    if place.role == Role.ADMINISTRATOR and role != Role.ADMINISTRATOR:
        _keep_an_administrator(board, person)
    before = (place.role, place.specialty, person.hospital)
    place.role, place.specialty = role, specialty
    person.name, person.hospital = name.strip(), hospital.strip()
    if before != (place.role, place.specialty, person.hospital):
        live.end_connections(person)
        live.see_out(person)
    db.session.flush()
    audit.record("changed a person", board=board, person=person.name)


def deactivate(person: Person, *, board: str, actor: Person) -> None:
    """Close an account at once, everywhere; what it did stays on record.

    Somebody who also sits on a board that the actor does not administer only leaves this board.
    Raises Refused for one's own account and for the last administrator.
    """
    if person is actor or person.id == actor.id:
        raise Refused("You cannot deactivate yourself. Another administrator can.")
    if not person.active:
        raise IllegalTransition(f"{person.name} is deactivated already.")
    if not _administers_all(actor, person):
        place = person.on(board)
        assert place is not None
        if place.role == Role.ADMINISTRATOR:
            _keep_an_administrator(board, person)
        person.memberships.remove(place)
        db.session.delete(place)
        action = "took a person off the board"
    else:
        for each in person.boards(Role.ADMINISTRATOR):
            _keep_an_administrator(each, person)
        person.active = False
        person.invitation_hash = None
        person.invitation_expires_at = None
        action = "deactivated a person"
    db.session.flush()
    live.see_out(person)
    _end_sessions(person)
    db.session.flush()
    audit.record(action, board=board, person=person.name)


def reactivate(person: Person, *, board: str, actor: Person) -> None:
    """Open a closed account again, with the password it had."""
    _answers_for(actor, person)
    if person.active:
        raise IllegalTransition(f"{person.name} is active already.")
    person.active = True
    _end_sessions(person)
    db.session.flush()
    audit.record("reactivated a person", board=board, person=person.name)


def _end_sessions(person: Person) -> None:
    person.session_version += 1
    live.end_connections(person)


def _keep_an_administrator(board: str, person: Person) -> None:
    if queries.administrators(board, besides=person) == 0:
        raise Refused(
            f"{person.name} is the last administrator of this board. Make somebody else one first."
        )


def _administers_all(actor: Person, person: Person) -> bool:
    return set(person.boards()) <= set(actor.boards(Role.ADMINISTRATOR))


def _answers_for(actor: Person, person: Person) -> None:
    """An account belongs to all its boards: an administrator of one must not take it over."""
    if not _administers_all(actor, person):
        raise Refused(
            f"{person.name} sits on another board as well. An administrator of all their boards "
            "can change the account itself; the role and specialty here are yours to change."
        )
