"""What is done with an opinion. Its content never reaches the audit trail or an event."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select

from boardroom import audit, live
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.models import Case
from boardroom.db import db, now
from boardroom.errors import Forbidden, Refused, StaleVersion
from boardroom.opinions import rules
from boardroom.opinions.models import Opinion, OpinionStatus, Shift
from boardroom.opinions.queries import my_opinion, opened
from boardroom.opinions.rules import View
from boardroom.people.models import Person


@dataclass(frozen=True)
class Saved:
    """A saved draft. ``errors``: {field: message} of what was not taken and stays on the page."""

    opinion: Opinion
    errors: dict[str, str]


def view_of(opinion: Opinion | None) -> View:
    """What an opinion says; nothing where there is none yet."""
    if opinion is None:
        return View()
    return View(
        verdict=opinion.verdict,
        confidence=opinion.confidence,
        rationale=opinion.rationale,
        change_mind=opinion.change_mind,
        answers=opinion.answers,
        stances=opinion.stances,
    )


def save_draft(
    case: Case,
    board: BoardDefinition,
    fields: Mapping[str, str],
    *,
    actor: Person,
    version: int | None = None,
    was: Mapping[str, str] | None = None,
) -> Saved:
    """Keep some fields of the actor's own draft. It stays theirs alone and nobody is told.

    ``version`` and ``was`` (the fields before the change) tell whether another of the actor's
    devices saved the same field before: raises StaleVersion then. A field that cannot be taken is
    reported and left as it was; the others are saved.
    """
    rules.must_take_opinions(case.status)
    opinion = my_opinion(case.id, actor.id)
    status = rules.after(opinion.status if opinion else None, "save")
    specialty = _specialty_of(actor, case)
    old = view_of(opinion)
    if opinion is not None and version is not None and version != opinion.version:
        _must_not_collide(rules.fields_of(old), fields, was)
    errors = rules.problems(rules.with_fields(old, fields), board, specialty, draft=True)
    taken = {name: text for name, text in fields.items() if name not in errors}
    if "stances" in errors:  # an option that the board does not have
        taken = {name: text for name, text in taken.items() if not _of_an_option(name)}
    new = rules.with_fields(old, taken)
    is_new = opinion is None
    if opinion is None:
        opinion = _new(case, actor)
    if is_new or new != old:
        _write(opinion, new)
        opinion.status, opinion.specialty = OpinionStatus(status), specialty
        audit.record("saved a draft opinion", board=case.board, case_id=case.id, actor=actor)
    db.session.flush()
    return Saved(opinion, {name: text for name, text in errors.items() if name in fields})


def submit(
    case: Case,
    board: BoardDefinition,
    view: View,
    *,
    actor: Person,
    version: int | None = None,
    expects_sealed: bool = False,
) -> Opinion:
    """Give the actor's opinion: sealed until the reveal, or open at once after it.

    A sealed one of theirs is replaced. ``expects_sealed``: the page promised the seal; raises
    Refused if the reveal came first. Raises Refused too for a view that is not complete (the route
    shows `rules.problems` beside the fields before it comes to that), StaleVersion, Locked.
    """
    rules.must_take_opinions(case.status)
    specialty = _specialty_of(actor, case)
    if found := rules.problems(view, board, specialty, draft=False):
        raise Refused(" ".join(found.values()))
    opinion = my_opinion(case.id, actor.id)
    is_open = opened(case.id)
    status = rules.after(opinion.status if opinion else None, "submit", opened=is_open)
    if is_open and expects_sealed:
        raise Refused(
            "The opinions were revealed a moment ago. If you submit now, yours is open at once."
        )
    if opinion is not None and version is not None and version != opinion.version:
        _must_not_collide(rules.fields_of(view_of(opinion)), rules.fields_of(view), None)
    again = opinion is not None and opinion.status == OpinionStatus.SUBMITTED
    if opinion is None:
        opinion = _new(case, actor)
    _write(opinion, view)
    opinion.status, opinion.specialty = OpinionStatus(status), specialty
    opinion.submitted_at = now()
    opinion.revealed_at = opinion.submitted_at if is_open else None
    db.session.flush()
    audit.record(
        "submitted an opinion again" if again else "submitted an opinion",
        board=case.board,
        case_id=case.id,
        actor=actor,
        late=is_open,
    )
    live.announce_case(
        case.id,
        "opinion_submitted",
        {"opinions", "controls"},
        before={"opinions"},
        actor=actor,
        own=[actor.id],
        specialty=specialty,
        person=actor.id,
    )
    return opinion


def reveal_all(case_id: int, *, actor: Person) -> list[Opinion]:
    """Open every submitted opinion on a case together; drafts stay their authors' alone.

    Part of the chair's reveal, which announces and records it. Returns those opened.
    """
    query = select(Opinion).where(
        Opinion.case_id == case_id, Opinion.status == OpinionStatus.SUBMITTED
    )
    opinions = list(db.session.scalars(query.order_by(Opinion.id)))
    at = now()
    for opinion in opinions:
        opinion.status = OpinionStatus(rules.after(opinion.status, "reveal"))
        opinion.revealed_at = at
    db.session.flush()
    return opinions


def shift(
    opinion: Opinion,
    board: BoardDefinition,
    view: View,
    reason: str,
    *,
    actor: Person,
    version: int | None = None,
) -> Shift:
    """Change one's own revealed opinion; what it said before is kept beside the reason.

    Raises Forbidden, IllegalTransition, Locked once the board has decided, Refused where nothing
    changes or the new view is not complete, StaleVersion.
    """
    case = opinion.case
    if opinion.person_id != actor.id:
        raise Forbidden("Only its author can shift an opinion.")
    rules.must_take_opinions(case.status)
    rules.after(opinion.status, "shift")
    reason = reason.strip()
    if not reason:
        raise Refused("Say in a few words why you shift.")
    if len(reason) > rules.SHORT:
        raise Refused(f"Keep the reason to {rules.SHORT} characters.")
    if found := rules.problems(view, board, opinion.specialty, draft=False):
        raise Refused(" ".join(found.values()))
    old = view_of(opinion)
    if version is not None and version != opinion.version:
        _must_not_collide(rules.fields_of(old), rules.fields_of(view), None)
    changed = rules.changes(old, view)
    if not changed:
        raise Refused("Nothing is different from what you said. Change something first.")
    made = Shift(opinion=opinion, at=now(), reason=reason, changes=changed)
    db.session.add(made)
    _write(opinion, view)
    db.session.flush()
    audit.record("shifted an opinion", board=case.board, case_id=case.id, actor=actor)
    live.announce_case(
        case.id,
        "opinion_shifted",
        {"opinions"},
        actor=actor,
        own=[actor.id],
        specialty=opinion.specialty,
        person=actor.id,
    )
    return made


def _specialty_of(person: Person, case: Case) -> str:
    place = person.on(case.board)
    if place is None or not place.votes or place.specialty is None:
        raise Forbidden("Opinions are given by members who have a specialty on this board.")
    return place.specialty


def _new(case: Case, actor: Person) -> Opinion:
    opinion = Opinion(case=case, person=actor, version=0, shifts=[])
    db.session.add(opinion)
    return opinion


def _write(opinion: Opinion, view: View) -> None:
    opinion.verdict = view.verdict
    opinion.confidence = view.confidence
    opinion.rationale = view.rationale
    opinion.change_mind = view.change_mind
    opinion.answers = dict(view.answers)
    opinion.stances = {key: dict(entry) for key, entry in view.stances.items()}
    opinion.version += 1
    opinion.saved_at = now()


def _of_an_option(name: str) -> bool:
    return name.startswith(("stance-", "reason-"))


def _must_not_collide(
    stored: Mapping[str, str], fields: Mapping[str, str], was: Mapping[str, str] | None
) -> None:
    """Raises StaleVersion where a field differs from what is stored, and was changed there too.

    Two of a person's devices that worked on different fields do not disturb each other.
    """
    clash = {
        name: text
        for name, text in fields.items()
        if text.strip() != stored.get(name, "").strip()
        and (was is None or was.get(name, "").strip() != stored.get(name, "").strip())
    }
    if clash:
        raise StaleVersion(
            "You saved this opinion from another page or device meanwhile.",
            mine=clash,
            theirs={name: stored.get(name, "") for name in clash},
        )
