"""What a letter says of the round before its own: when, what was proposed, why it is back. Pure."""

from __future__ import annotations

import re
from dataclasses import dataclass

from boardroom.boards.definition import BoardDefinition
from boardroom.boards.reclassification import left_open
from boardroom.clinical.facts import FACTS
from boardroom.letters.phrases import PhraseLibrary
from boardroom.letters.sentences import capital, joined, paragraphs, said, stop
from boardroom.text import in_sentence


@dataclass(frozen=True)
class Given:
    """A treatment reported since. `option`: the board's key; empty for cycles, told in `what`."""

    on: str
    what: str
    option: str = ""


@dataclass(frozen=True)
class Earlier:
    """The round before, decided on a day in words. `kind`: condition, dissent or by_hand.

    `chosen`: keys of the options chosen then; `changes`: what differs in the case since, a line
    each; `response`: how the tumour answered since, a sentence for a colleague;
    `patient_letter_on`, `referrer_letter_on`: when its letter was approved, empty for none;
    `mistyped_on`: when the value it came back by was marked as mistyped, empty where it stands.
    """

    code: str
    on: str
    kind: str
    reason: str = ""
    verdict: str = ""
    chosen: tuple[str, ...] = ()
    given: tuple[Given, ...] = ()
    changes: tuple[str, ...] = ()
    response: str = ""
    patient_letter_on: str = ""
    referrer_letter_on: str = ""
    mistyped_on: str = ""


def to_the_patient(earlier: Earlier, chosen: tuple[str, ...], library: PhraseLibrary) -> str:
    """That this is a new look, in the library's words; `chosen`: what is suggested now."""
    tone = library.tone
    plain = [library.options[key].plain for key in earlier.chosen if key in library.options]
    then = tone.then_suggested.format(plain=plain[0]) if len(plain) == 1 else ""
    several = [f"- {capital(one)}." for one in plain] if len(plain) > 1 else []
    letter = tone.letter_then.format(on=earlier.patient_letter_on)
    # A dissent's own words are a colleague's to another; the patient hears that it was one.
    why = {
        "condition": said(
            _as_planned(earlier.reason, library), tone.back_mistyped if earlier.mistyped_on else ""
        ),
        "dissent": tone.back_by_an_expert,
    }.get(earlier.kind, tone.back_by_hand)
    named = {key: phrase.plain for key, phrase in library.options.items()}
    given = [f"- {capital(named.get(one.option, one.what))}, {one.on}." for one in earlier.given]
    compared = tone.suggested_same if set(earlier.chosen) == set(chosen) else tone.suggested_other
    return paragraphs(
        "\n".join(
            [
                said(tone.looked_before.format(on=earlier.on), tone.then_suggested_several),
                *several,
            ]
        )
        if several
        else "",
        said(
            "" if several else tone.looked_before.format(on=earlier.on),
            then,
            letter if earlier.patient_letter_on else "",
            why,
        ),
        "\n".join([tone.given_since, *given]) if given else "",
        said(
            tone.results_since if earlier.changes else "",
            compared if earlier.chosen and chosen else "",
        ),
    )


_VALUE = re.compile(r"(.+?) is ([^,]+), (under|over) (.+)\.")
_ENDS = re.compile(r"(?<=\.)\s+(?=[A-Z\d])")


def _as_planned(reason: str, library: PhraseLibrary) -> str:
    """Why a case came back by itself, where a value was waited for in a sentence to the patient."""
    blood = {fact.label for fact in FACTS.values() if fact.section == "blood"}
    tone, lines = library.tone, []
    for line in _ENDS.split(stop(reason.strip())):
        found = _VALUE.fullmatch(line)
        if found is None:
            lines.append(line)
            continue
        name, value, side, limit = found.groups()
        phrase = tone.back_by_blood if name in blood else tone.back_by_value
        lines.append(phrase.format(name=name, value=value, side=side, limit=limit))
    told = [line for line in lines if line]
    planned = "" if told and _VALUE.search(reason) else tone.back_as_planned
    return said(planned, *told)


def then_and_now(
    earlier: Earlier, verdict: str, reason: str, board: BoardDefinition, library: PhraseLibrary
) -> tuple[str, str]:
    """What the patient reads before and after the verdict of now: what was thought then, and how
    both agree. `verdict`: the board's now; `reason`: why it is another, in plain words."""
    tone = library.tone
    then = library.earlier_verdicts.get(earlier.verdict, "")
    if not earlier.verdict or not verdict:
        return then, ""
    if earlier.verdict == verdict:
        return then, tone.view_same
    view = tone.view_clearer if left_open(earlier.verdict, board) else tone.view_other
    return then, said(view, reason)


def verdict_before(
    earlier: Earlier, verdict: str, reason: str, board: BoardDefinition, library: PhraseLibrary
) -> str:
    """For a colleague: the board's verdict against its own earlier one. `reason`: its label."""
    clinical = library.clinical
    if not earlier.verdict or not verdict:
        return ""
    if earlier.verdict == verdict:
        return clinical["same_as_before"].format(on=earlier.on)
    verdicts = {one.key: one.name for one in board.verdicts}
    then = verdicts.get(earlier.verdict, earlier.verdict)
    return said(
        clinical["other_than_before"].format(on=earlier.on, verdict=then),
        f"Reason: {stop(in_sentence(reason))}" if reason else "",
    )


def to_the_referrer(earlier: Earlier, board: BoardDefinition, library: PhraseLibrary) -> str:
    """The same for the colleague who asked, with what changed in the board's words."""
    clinical = library.clinical
    verdicts = {one.key: one.name for one in board.verdicts}
    options = [in_sentence(one.name) for one in board.options if one.key in earlier.chosen]
    verdict = verdicts.get(earlier.verdict, earlier.verdict)
    reason = {
        "condition": said(
            clinical["back_as_planned"],
            stop(earlier.reason),
            clinical["back_mistyped"].format(on=earlier.mistyped_on) if earlier.mistyped_on else "",
        ),
        "dissent": said(clinical["back_by_dissent"], stop(earlier.reason)),
    }.get(earlier.kind, clinical["back_by_hand"])
    given = [f"- {one.what}, {one.on}" for one in earlier.given]
    return paragraphs(
        said(
            clinical["looked_before"].format(code=earlier.code, on=earlier.on),
            clinical["verdict_then"].format(verdict=verdict) if verdict else "",
            clinical["chosen_then"].format(options=joined(options)) if options else "",
            clinical["letter_then"].format(on=earlier.referrer_letter_on)
            if earlier.referrer_letter_on
            else "",
            reason,
        ),
        "\n".join([clinical["given_since"], *given]) if given else "",
        stop(earlier.response),
        "\n".join([clinical["changed_since"], *(f"- {one}" for one in earlier.changes)])
        if earlier.changes
        else "",
    )
