"""The first draft of a letter, made of the record and the phrase library. Pure.

No clinical reason and no opinion's text goes into a patient's draft by itself: the neutral phrase
stands there, and the page shows the record beside it for the person who writes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from boardroom.boards.definition import BoardDefinition
from boardroom.boards.reclassification import Outcome, another_reason, another_way, left_open
from boardroom.consensus.represent import in_words
from boardroom.consensus.rules import Content
from boardroom.letters import again, plain, rules
from boardroom.letters.phrases import OptionPhrase, PhraseLibrary
from boardroom.letters.sentences import capital, paragraphs, said
from boardroom.letters.wording import step_line, with_article, within
from boardroom.text import in_sentence

AGAINST = "advise_against"

Scans = Literal["seen", "reports", ""]
"""How far the board saw the patient's scans: the images, only reports of them, or none."""


@dataclass(frozen=True)
class View:
    """One specialty's opened opinion as far as a colleague elsewhere is told of it. `last_word`:
    whether nobody of the specialty agreed after it, by signing or confirming in person."""

    specialty: str
    verdict: str
    stances: Mapping[str, tuple[str, str]] = field(default_factory=dict)  # option: stance, reason
    last_word: bool = False


@dataclass(frozen=True)
class Signature:
    """One specialty's word on the consensus. `kind`: agree, reservation or dissent."""

    specialty: str
    kind: str
    text: str = ""
    reopen_condition: str = ""


@dataclass(frozen=True)
class Decision:
    """What was recorded of one case at one meeting; days are words already."""

    code: str
    question: str
    diagnosis: str
    first_verdict: str
    first_by: str
    first_on: str
    meeting_day: str
    content: Content
    outcome: Outcome | None
    tell_by: str
    teller: str
    views: tuple[View, ...] = ()
    signatures: tuple[Signature, ...] = ()
    provisional_reasons: tuple[str, ...] = ()
    patient_wants: str = ""
    answers: tuple[str, ...] = ()
    tell_by_is_past: bool = False
    scans: Scans = ""
    first_is_addressees: bool = False  # whether who asked gave the first opinion
    first_plan: str = ""
    earlier: again.Earlier | None = None  # of a case that came back
    spoke_since: tuple[str, ...] = ()  # specialties with a word of their own after the meeting

    @property
    def chosen(self) -> tuple[str, ...]:
        """Keys of the options chosen."""
        fates = self.content.dispositions
        return tuple(key for key, fate in fates.items() if fate.disposition == "chosen")

    def against(self, option: str) -> tuple[View, ...]:
        """The opinions that advise against an option."""
        return tuple(v for v in self.views if v.stances.get(option, ("", ""))[0] == AGAINST)

    def signed(self, kind: str) -> tuple[str, ...]:
        """Specialties whose word on the consensus is of this kind."""
        return tuple(s.specialty for s in self.signatures if s.kind == kind)

    @property
    def specialties(self) -> tuple[str, ...]:
        """Who looked at the case, each once; also who did so only after the meeting."""
        keys = (
            *(v.specialty for v in self.views),
            *(s.specialty for s in self.signatures),
            *self.spoke_since,
        )
        return tuple(dict.fromkeys(keys))


# ---- To the patient -----------------------------------------------------------------------------


def patient_draft(case: Decision, board: BoardDefinition, library: PhraseLibrary) -> dict[str, str]:
    """{section: text} for the patient; `questions` stays empty, it is made of the answers."""
    sections = _said_to_the_patient(case, board, library)
    return sections | {"words": explained((*sections.values(), *case.answers), library)}


def explained(texts: Iterable[str], library: PhraseLibrary) -> str:
    """A line for each term of the glossary that texts use without its plain words."""
    written = "\n".join(texts)
    return "\n".join(
        term.line
        for term in rules.terms_in(written, library.plain_words)
        if term.plain.casefold() not in written.casefold()
    )


def _said_to_the_patient(
    case: Decision, board: BoardDefinition, library: PhraseLibrary
) -> dict[str, str]:
    tone, content = library.tone, case.content
    other = another_way(case.first_verdict, content.verdict, board)
    unchanged = case.outcome == "confirmed" and not other
    reason = library.reclassification_reasons.get(content.reclassification_reason, "")
    compared = library.reclassification[case.outcome] if case.first_verdict and case.outcome else ""
    if other:
        compared = tone.another_way
    elif another_reason(case.first_verdict, content.verdict, board):
        compared = tone.another_reason
    if case.outcome == "undetermined" and not left_open(content.verdict, board):
        known = case.first_verdict in library.first_verdicts
        compared = tone.first_left_open if known else ""
    before = library.first_verdicts.get(case.first_verdict, "")
    compared = said(
        compared,
        reason if not unchanged else "",
        tone.unchanged_is_worth if unchanged else "",
    )
    if case.earlier is not None:
        # A case that came back is compared with what the board itself thought of it before.
        before, compared = again.then_and_now(case.earlier, content.verdict, reason, board, library)
    return {
        "asked": _asked(case, library),
        "who": _who(case, library),
        "found": paragraphs(
            said(
                f"You have {library.diagnoses[case.diagnosis]}."
                if case.diagnosis in library.diagnoses
                else "",
                before,
            ),
            _found(case, board, library),
            compared,
            _agreed(case, library),
        ),
        "suggest": _suggested(case, board, library),
        "considered": _considered(case, board, library),
        "next": _next(case, board, library),
        "questions": "",
        "words": "",
        "call": _call(library),
    }


def _agreed(case: Decision, library: PhraseLibrary) -> str:
    """How the board agreed, as it is recorded; beside it that somebody thought otherwise."""
    tone = library.tone
    if case.content.strength != "unanimous":
        return tone.majority if case.content.strength == "majority" else tone.no_agreement
    dissent, reserved = case.signed("dissent"), case.signed("reservation")
    # An opinion is named once: not as an earlier one where its specialty still disagrees.
    opposed = [view for option in case.chosen for view in case.against(option)]
    against = [v for v in case.views if v in opposed and v.specialty not in dissent]
    still = [v for v in against if v.last_word]
    beside = said(
        _counted(len(against) - len(still), tone.one_against_before, tone.some_against_before),
        _counted(len(still), tone.one_against, tone.some_against),
        otherwise(len(reserved), len(dissent), library),
    )
    whole = case.signatures and not beside
    return tone.agreed if whole else said(tone.agreed_together, beside)


def otherwise(reserved: int, dissenting: int, library: PhraseLibrary) -> str:
    """That so many specialties agreed with reservation, and so many dissent."""
    tone = library.tone
    return said(
        _counted(reserved, tone.one_reserved, tone.some_reserved),
        _counted(dissenting, tone.one_dissents, tone.some_dissent),
    )


def _counted(number: int, one: str, some: str) -> str:
    return some if number > 1 else one if number else ""


def _asked(case: Decision, library: PhraseLibrary) -> str:
    asked = library.tone.asked_us.format(question=plain.question_to(case.question, library))
    if case.earlier is not None:
        return paragraphs(
            library.tone.opening, again.to_the_patient(case.earlier, case.chosen, library), asked
        )
    by = f" by {within(with_article(case.first_by))}" if case.first_by else ""
    first = case.first_verdict and case.first_on
    told = f"You were first told{by} on {case.first_on} what could be done." if first else ""
    return paragraphs(
        said(
            library.tone.opening,
            library.tone.opening_unchanged if case.outcome == "confirmed" else "",
        ),
        said(told, library.tone.looked_again, asked),
    )


def _who(case: Decision, library: PhraseLibrary) -> str:
    lines = [f"- {library.specialties[s]}" for s in case.specialties if s in library.specialties]
    met = f"A group of experts talked about your case on {case.meeting_day}."
    if not lines:
        return met
    tone = library.tone
    looked = {"seen": tone.scans_seen, "reports": tone.scans_read}.get(case.scans, tone.no_scans)
    when = "before the talk, in it or after it" if case.spoke_since else "in the talk or before it"
    return f"{met} {looked} These experts gave their view, {when}:\n" + "\n".join(lines)


def options_with(case: Decision, board: BoardDefinition, disposition: str) -> list[str]:
    fates = case.content.dispositions
    return [
        o.key for o in board.options if (f := fates.get(o.key)) and f.disposition == disposition
    ]


def _found(case: Decision, board: BoardDefinition, library: PhraseLibrary) -> str:
    """The verdict; of other treatments only where one is suggested: no promise that is not kept."""
    verdict = case.content.verdict
    treated = any(library.options[key].treats for key in options_with(case, board, "chosen"))
    more = library.verdicts_with_treatment.get(verdict, "") if treated else ""
    return said(library.verdicts.get(verdict, ""), more)


def _suggested(case: Decision, board: BoardDefinition, library: PhraseLibrary) -> str:
    chosen = [
        said(
            library.dispositions["chosen"].format(plain=library.options[key].plain),
            library.options[key].what,
        )
        for key in options_with(case, board, "chosen")
    ]
    if not chosen and left_open(case.content.verdict, board):
        steps = library.tone.steps_for_that if case.content.steps else ""
        chosen = [said(library.tone.more_first, steps)]
    return paragraphs(*chosen, library.tone.with_you)


def _considered(case: Decision, board: BoardDefinition, library: PhraseLibrary) -> str:
    fallback = [
        capital(library.dispositions["fallback"].format(plain=library.options[key].plain))
        for key in options_with(case, board, "fallback")
    ]
    # Nobody is told that care, or watching, is not advised: they go with every treatment.
    against = options_with(case, board, "rejected")
    # What the first hospital planned is answered, also where the board did not weigh it by itself
    planned = [key for key in options_named(case.first_plan, board) if key not in against]
    weighed = {*case.chosen, *options_with(case, board, "fallback")}
    rejected = [
        f"- {capital(_not_advised(library.options[key], case.content.verdict))}."
        for key in (*against, *(key for key in planned if key not in weighed))
        if library.options[key].treats and not _of_what_is_chosen(key, case, library)
    ]
    if not fallback and not rejected:
        return ""
    return paragraphs(
        said(*fallback) or library.tone.no_fallback,
        "\n".join([library.dispositions["rejected"], *rejected]) if rejected else "",
    )


def options_named(plan: str, board: BoardDefinition) -> list[str]:
    """The options that a plan in somebody's own words names: by name, short name, or in full."""
    return [
        o.key
        for o in board.options
        if any(_names(plan, words) for words in (o.name, o.short, o.help.rstrip(".")))
    ]


def _names(plan: str, words: str) -> bool:
    return bool(words) and bool(re.search(rf"(?<!\w){re.escape(words)}(?!\w)", plan, re.IGNORECASE))


def _of_what_is_chosen(key: str, case: Decision, library: PhraseLibrary) -> bool:
    """Whether an option is a part, or another order, of a way that is suggested."""
    parts = library.options[key].part_of
    return any(
        one in parts or key in library.options[one].part_of
        for one in case.chosen
        if one in library.options
    )


def _not_advised(option: OptionPhrase, verdict: str) -> str:
    """What is not advised: only "at once", where the verdict is that it may come later."""
    return option.at_once if option.at_once and verdict in option.aim_of else option.plain


def _next(case: Decision, board: BoardDefinition, library: PhraseLibrary) -> str:
    own = {step.text.casefold(): library.steps[step.key] for step in board.plan_steps}
    lines = []
    for step in case.content.steps:
        ours = own.get(step.what.casefold(), "")
        who = plain.fields(step.who, board, library)
        line = step_line(ours or step.what, who, in_sentence(step.when), plain=bool(ours))
        lines.append(f"- {line}")
    by = f" by {case.tell_by}" if case.tell_by and not case.tell_by_is_past else ""
    teller = capital(plain.teller(case.teller, board, library))
    told = library.tone.told_by.format(teller=teller, by=by) if teller else ""
    when = library.tone.again.format(when=in_sentence(case.content.rediscuss).rstrip("."))
    conditions = " or ".join(in_words(case.content.represent))
    return paragraphs(
        told,
        "These are the next steps:\n" + "\n".join(lines) if lines else "",
        said(
            when if case.content.rediscuss else "",
            library.tone.comes_back.format(conditions=conditions) if conditions else "",
        ),
    )


def _call(library: PhraseLibrary) -> str:
    contact = library.contact
    return (
        f"You can call {contact.who}: {contact.telephone}, {contact.hours}. "
        "No question is too small.\n\n"
        f"{contact.urgent}"
    )


def answers_text(questions: Sequence[tuple[str, str]], library: PhraseLibrary) -> str:
    """The patient's questions with their answers, as one section; (question, answer) pairs."""
    if not questions:
        return library.tone.nothing_asked
    return "\n\n".join(f"You asked: “{q.strip()}”\n{a.strip()}" for q, a in questions)
