"""What other pages show of the letters: a case's page, and the referrer's answer."""

from __future__ import annotations

from typing import Any

from boardroom.cases.models import Case
from boardroom.letters import queries, sent_queries
from boardroom.letters.answer import FirstOpinion, beside_the_answer
from boardroom.letters.models import LetterKind
from boardroom.letters.wording import is_of
from boardroom.meetings.models import MeetingStatus
from boardroom.people.models import Person, Role

TITLES = {"patient": "Letter to the patient", "referrer": "Letter to the referring hospital"}


def letters_of(case: Case, person: Person) -> dict[str, Any] | None:
    """For a case's page: how far its letters are, for this person. None before a decision, or
    without letters. Referrers see those about decisions whose minutes are signed."""
    if queries.phrases_of(case.board) is None:
        return None
    item = queries.decided_item(case.id)
    if item is None:
        return None
    place = person.on(case.board)
    signed_only = place is None or place.role == Role.REFERRER
    begun = queries.letters_of(item)
    lines = []
    for kind in LetterKind:
        sent = sent_queries.sent_about(item, kind, signed_only=signed_only)
        lines.append(
            {
                "kind": str(kind),
                "title": TITLES[kind],
                "letter": begun.get(kind),
                "latest": sent.latest,
                "earlier": sent.earlier,
                # The letter that is read still says that the decision is not final.
                "final_since": bool(sent.latest and kind in begun)
                and queries.outrun(item, begun[kind]),
            }
        )
    unsigned = signed_only and item.meeting.status != MeetingStatus.SIGNED
    return {"item": item, "lines": lines, "unsigned": unsigned}


def first_opinion_beside(case: Case, verdict: str) -> FirstOpinion:
    """For the answer on a referrer's page: whose the first opinion was, and how it fares."""
    return beside_the_answer(
        case.first_verdict,
        verdict,
        queries.board_of(case.board),
        theirs=is_of(case.first_by, case.referrer_hospital, case.referrer_name),
        by=case.first_by,
        again=case.earlier_case_id is not None,
    )
