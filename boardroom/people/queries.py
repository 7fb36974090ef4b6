"""Finding people. Memberships are always loaded with them."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import joinedload, selectinload

from boardroom.db import db
from boardroom.people.models import Membership, Person, Role


def _members(board: str) -> ColumnElement[bool]:
    return Person.memberships.any(Membership.board == board)


def members_of(board: str, *, active: bool = True) -> list[Person]:
    """Everybody with a place on a board, by name; those deactivated only with ``active=False``.

    Referrers and observers are among them: choose by ``person.on(board)``.
    """
    query = select(Person).where(_members(board)).options(joinedload(Person.memberships))
    if active:
        query = query.where(Person.active)
    found = db.session.scalars(query).unique()
    return sorted(found, key=lambda person: person.place_by_name)


def member(board: str, person_id: int) -> Person:
    """One person of a board, deactivated or not. Raises NoResultFound (a 404 page)."""
    query = (
        select(Person)
        .where(Person.id == person_id, _members(board))
        .options(selectinload(Person.memberships))
    )
    return db.session.scalars(query).one()


def person_by_email(email: str) -> Person | None:
    """The account with an address, written in any case."""
    return db.session.scalar(select(Person).where(Person.email == email.strip().casefold()))


def administrators(board: str, *, besides: Person | None = None) -> int:
    """How many people can administer a board now, one of them left out."""
    return sum(
        1
        for person in members_of(board)
        if person is not besides
        and person.password_hash is not None
        and (place := person.on(board)) is not None
        and place.role == Role.ADMINISTRATOR
    )


def administrator_names(board: str) -> list[str]:
    """Who administers a board and can sign in, by name; also of a board without a definition."""
    query = (
        select(Person.name)
        .join(Membership, Membership.person_id == Person.id)
        .where(
            Membership.board == board,
            Membership.role == Role.ADMINISTRATOR,
            Person.active,
            Person.password_hash.is_not(None),
        )
        .order_by(Person.name)
    )
    return list(db.session.scalars(query))


def everybody_active() -> list[Person]:
    """Every account that could sign in, by name: for the demo's buttons."""
    query = (
        select(Person)
        .where(Person.active, Person.memberships.any())
        .options(selectinload(Person.memberships))
    )
    return sorted(db.session.scalars(query), key=lambda person: person.place_by_name)


def invited(token_hash: str) -> Person | None:
    """The person who holds a link, by the SHA-256 of its token."""
    return db.session.scalar(
        select(Person).where(Person.invitation_hash == token_hash, Person.active)
    )


def anybody() -> bool:
    """Whether there is any account at all."""
    return db.session.scalars(select(Person.id).limit(1)).first() is not None
