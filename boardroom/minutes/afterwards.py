"""What was said on a provisional decision after the meeting, in the words of the minutes."""

from __future__ import annotations

from boardroom.consensus import later_words
from boardroom.consensus.awaiting import awaited, unsigned_in
from boardroom.minutes.decision import SignOff
from boardroom.minutes.document import Confirmation, MinutesCase, MinutesDocument
from boardroom.minutes.papers import View
from boardroom.minutes.times import Clock
from boardroom.minutes.words import STATES, joined


def said_since(case: MinutesCase, document: MinutesDocument) -> list[Confirmation]:
    """The later words on a case, in their order."""
    return [one for one in document.confirmations if one.case == case.code]


def is_confirmed(case: MinutesCase, document: MinutesDocument) -> bool:
    """Whether a decision that was closed as provisional was made final since."""
    if case.state != "provisional":
        return False
    said = {one.specialty.name if one.specialty else "" for one in said_since(case, document)}
    known = [*document.core_specialties, *(one.specialty for one in case.quorum.by_specialty)]
    unsigned = unsigned_in(case.provisional_reasons, {one.name: one.name for one in known})
    return awaited(list(dict.fromkeys([*case.quorum.missing, *unsigned])), said) is None


def state(case: MinutesCase, document: MinutesDocument) -> str:
    """The outcome of a case in a word or two."""
    if not is_confirmed(case, document):
        return STATES[case.state]
    return f"Provisional, {later_words.outcome({one.kind for one in said_since(case, document)})}"


def provisional_head(case: MinutesCase, document: MinutesDocument) -> str:
    """How the reasons of a provisional decision are headed, also when it was made final since."""
    if not is_confirmed(case, document):
        return "Provisional: not a final decision."
    return "Provisional when the case was closed, final since. What it lacked then:"


def confirmations(case: MinutesCase, document: MinutesDocument, clock: Clock) -> list[str]:
    """ "Confirmed by Hepatology, Dr Invented, Thu 26 Nov 2026, 16:30: …", one for each."""
    return [
        joined(
            later_words.head(
                one.specialty.name if one.specialty else "",
                one.person,
                clock.full(one.at),
                kind=one.kind,
                by_chair=one.by_chair,
            ),
            later_words.body(one.text, one.reopen_condition),
            by=": ",
        )
        for one in said_since(case, document)
    ]


def lines(case: MinutesCase, document: MinutesDocument, clock: Clock) -> list[View]:
    """`confirmations` as {"text", "plain"}: whether it is no dissent and has no reservation; after
    them, once, who had advised against what is chosen."""
    texts = confirmations(case, document, clock)
    said = said_since(case, document)
    spoken = [
        {"text": text, "plain": s.kind == "signed"} for text, s in zip(texts, said, strict=True)
    ]
    against = later_words.advised(one.against for one in said)
    return [*spoken, *({"text": text, "plain": False} for text in against)]


def sign_offs(case: MinutesCase, document: MinutesDocument) -> list[SignOff]:
    """The sign-offs of the record, with the dissents and reservations that were given since."""
    later = [
        SignOff(
            specialty=one.specialty,
            person=one.person,
            kind=one.kind,
            text=one.text,
            reopen_condition=one.reopen_condition,
            at=one.at,
        )
        for one in said_since(case, document)
        if one.specialty is not None and one.kind != "signed"
    ]
    # Until the minutes are signed, the record has the later word already.
    known = {(s.person, s.kind) for s in case.sign_offs}
    return [*case.sign_offs, *(s for s in later if (s.person, s.kind) not in known)]
