"""A tumour board's definition: its specialties, options, words and rules.

One TOML file in the boards folder is one board, and the file's name is the board's key. A second
board is a second file. `load_boards` reads them all; if anything is wrong anywhere it raises one
DefinitionError that lists every mistake with file, key path and reason.
"""

from __future__ import annotations

import tomllib
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any
from zoneinfo import ZoneInfo

from pydantic import Field, StringConstraints, ValidationError

from boardroom.boards import parts as p
from boardroom.boards.parts import Choice, Key, Line, Part
from boardroom.clinical import AIDS
from boardroom.clinical.facts import FACTS
from boardroom.toml_mistakes import mistakes_in, named


class DefinitionError(Exception):
    """The boards folder cannot be used. The message has one line for each mistake."""


class UnknownKeyError(LookupError):
    """A word that this board's definition does not have."""

    def __init__(self, board: str, kind: str, key: object) -> None:
        super().__init__(f"The board '{board}' has no {kind} '{key}'.")


class BoardDefinition(Part):
    """Everything about a board that is data and not program; its order is the screen's."""

    key: Key
    name: Line
    time_zone: Line
    case_code_prefix: Annotated[str, StringConstraints(pattern=r"^[A-Z]{2,4}$")]
    meeting: p.MeetingDefaults
    quorum: p.Quorum
    sign_off: p.SignOffRule
    specialties: tuple[p.Specialty, ...] = Field(min_length=1)
    options: tuple[p.Option, ...] = Field(min_length=1)
    verdict_families: tuple[Choice, ...] = Field(min_length=1)
    verdicts: tuple[p.Verdict, ...] = Field(min_length=2)
    stances: tuple[p.Stance, ...]
    dispositions: tuple[p.Disposition, ...]
    strengths: tuple[p.Strength, ...]
    confidence: tuple[Line, ...] = Field(min_length=5, max_length=5)
    diagnoses: tuple[Choice, ...] = Field(min_length=1)
    treatment_kinds: tuple[p.TreatmentKind, ...] = Field(min_length=1)
    treatment_responses: tuple[Choice, ...] = Field(min_length=1)
    imaging_modalities: tuple[Choice, ...] = Field(min_length=1)
    availability: tuple[Choice, ...] = Field(min_length=1)
    first_opinion_reasons: tuple[Choice, ...] = Field(min_length=1)
    reclassification_reasons: tuple[Choice, ...] = Field(min_length=1)
    deferral_reasons: tuple[p.DeferralReason, ...] = Field(min_length=1)
    decline_reasons: tuple[Choice, ...] = Field(min_length=1)
    tellers: tuple[p.Teller, ...] = Field(min_length=1)
    plan_steps: tuple[p.PlanStep, ...] = ()
    readiness: tuple[p.Need, ...] = ()
    referral: p.ReferralRules = p.ReferralRules()
    follow_up: p.FollowUp = p.FollowUp()
    deviations: tuple[Choice, ...] = p.DEVIATIONS
    outcomes: tuple[p.OutcomeWord, ...] = p.OUTCOMES
    aids: p.AidRules = p.AidRules()

    def _find(self, vocabulary: str, key: object) -> Any:
        for entry in getattr(self, vocabulary):
            if entry.key == key:
                return entry
        raise UnknownKeyError(self.key, VOCABULARIES[vocabulary], key)

    def specialty(self, key: str) -> p.Specialty:
        """The specialty with this key; raises UnknownKeyError."""
        found: p.Specialty = self._find("specialties", key)
        return found

    def option(self, key: str) -> p.Option:
        """The treatment option with this key; raises UnknownKeyError."""
        found: p.Option = self._find("options", key)
        return found

    def verdict(self, key: str) -> p.Verdict:
        """The verdict with this key; raises UnknownKeyError."""
        found: p.Verdict = self._find("verdicts", key)
        return found

    def disposition(self, key: str) -> p.Disposition:
        """The disposition with this key; raises UnknownKeyError."""
        found: p.Disposition = self._find("dispositions", key)
        return found

    def deferral_reason(self, key: str) -> p.DeferralReason:
        """The deferral reason with this key; raises UnknownKeyError."""
        found: p.DeferralReason = self._find("deferral_reasons", key)
        return found

    def given_as(self, option: str) -> str | None:
        """The kind of treatment that an option is once it was given: that of the same key, else
        "other", "" where there is none such; None for what is no treatment."""
        if any(one.key == option and not one.treats for one in self.options):
            return None
        kinds = [one.key for one in self.treatment_kinds]
        return next((key for key in (option, "other") if key in kinds), "")

    def label(self, vocabulary: str, key: str) -> str:
        """The words for `key` in a vocabulary such as "diagnoses"; raises UnknownKeyError."""
        if vocabulary not in VOCABULARIES:
            raise UnknownKeyError(self.key, "vocabulary", vocabulary)
        entry = self._find(vocabulary, key)
        return str(entry.text if isinstance(entry, p.PlanStep) else entry.name)

    def owners(self) -> list[tuple[str, str]]:
        """(key, words) of everybody who can own something to be done: roles, then specialties."""
        roles = [(role, f"the {role}") for role in sorted(p.OWNER_ROLES)]
        return [*roles, *((s.key, s.name) for s in self.specialties)]

    def owner_name(self, key: str) -> str:
        """The words for an owner; the key itself where the definition no longer has it."""
        return dict(self.owners()).get(key, key)

    def choices_for(self, vocabulary: str, blank: str | None = None) -> list[tuple[str, str]]:
        """(key, name) pairs for a form field; `blank` are an empty first choice's words."""
        if vocabulary not in VOCABULARIES:
            raise UnknownKeyError(self.key, "vocabulary", vocabulary)
        pairs = [
            (entry.key, self.label(vocabulary, entry.key)) for entry in getattr(self, vocabulary)
        ]
        return pairs if blank is None else [("", blank), *pairs]

    def grouped_verdicts(self) -> list[tuple[str, list[tuple[str, str]]]]:
        """Verdict choices under their family's name, for a select with groups."""
        return [
            (family.name, [(v.key, v.name) for v in self.verdicts if v.family == family.key])
            for family in self.verdict_families
        ]

    @property
    def core(self) -> tuple[p.Specialty, ...]:
        """The core specialties, in the board's order."""
        return tuple(s for s in self.specialties if s.core)

    def needed_for(self, beyond: Iterable[str] = ()) -> tuple[str, ...]:
        """Keys of the specialties that a decision needs: quorum's, then those a case names."""
        return tuple(dict.fromkeys((*self.quorum.specialties, *beyond)))

    def quorum_missing(self, present: Iterable[str], beyond: Iterable[str] = ()) -> tuple[str, ...]:
        """Keys of the specialties that a decision needs and that nobody present can stand for.

        `beyond`: those that the case names besides the board's quorum.
        """
        here = set(present)
        covered = set(here)
        if self.quorum.deputies_count:
            # A deputy counts towards quorum because the question can still be answered.
            covered |= {k for s in self.specialties if s.key in here for k in s.deputy_for}
        return tuple(k for k in self.needed_for(beyond) if k not in covered)

    def needs_for(self, diagnosis: str | None) -> tuple[p.Need, ...]:
        """What a fair discussion needs for this diagnosis (None: not known yet)."""
        return tuple(n for n in self.readiness if not n.diagnoses or diagnosis in n.diagnoses)


VOCABULARIES: Mapping[str, str] = {
    "specialties": "specialty",
    "options": "treatment option",
    "verdict_families": "verdict family",
    "verdicts": "verdict",
    "stances": "stance",
    "dispositions": "disposition",
    "strengths": "strength",
    "diagnoses": "diagnosis",
    "treatment_kinds": "kind of treatment",
    "treatment_responses": "treatment response",
    "imaging_modalities": "imaging modality",
    "availability": "availability",
    "first_opinion_reasons": "first opinion reason",
    "reclassification_reasons": "reclassification reason",
    "deferral_reasons": "deferral reason",
    "decline_reasons": "decline reason",
    "tellers": "person who tells the patient",
    "deviations": "reason of a deviation",
    "outcomes": "outcome",
    "plan_steps": "plan step",
}
"""Every list of keyed entries, with the singular word used in messages."""

FIXED = {
    "stances": ("prefer", "acceptable", "advise_against", "outside_field"),
    "dispositions": ("chosen", "fallback", "rejected", "not_applicable"),
    "strengths": ("unanimous", "majority", "none_reached"),
}
"""Vocabularies whose keys the program itself relies on; a board gives them their words."""


def _repeated(values: Iterable[str]) -> list[tuple[int, str]]:
    seen: set[str] = set()
    again = []
    for index, value in enumerate(values):
        if value in seen:
            again.append((index, value))
        seen.add(value)
    return again


def _misfits(board: BoardDefinition) -> Iterator[tuple[str, str]]:
    """Everything that each piece alone cannot know: (key path, reason)."""
    for name in VOCABULARIES:
        entries = getattr(board, name)
        for i, key in _repeated(e.key for e in entries):
            yield f"{name}[{i}].key", f"'{key}' is used twice"
        if name in FIXED and (
            absent := [k for k in FIXED[name] if k not in {e.key for e in entries}]
        ):
            yield name, f"needs an entry for {', '.join(absent)}"
    specialties = {s.key for s in board.specialties}
    for i, mark in _repeated(s.mark for s in board.specialties):
        yield f"specialties[{i}].mark", f"'{mark}' is the mark of another specialty"
    for i, short in _repeated(o.short for o in board.options):
        yield f"options[{i}].short", f"'{short}' is the head of another option"
    for i, s in enumerate(board.specialties):
        for j, key in _repeated(q.key for q in s.questions):
            yield f"specialties[{i}].questions[{j}].key", f"'{key}' is asked twice"
        for j, q in enumerate(s.questions):
            for k, key in _repeated(c.key for c in q.choices):
                yield f"specialties[{i}].questions[{j}].choices[{k}].key", f"'{key}' is used twice"
        for j, key in enumerate(s.deputy_for):
            if key not in specialties or key == s.key:
                yield f"specialties[{i}].deputy_for[{j}]", f"'{key}' is no other specialty"
    for i, key in enumerate(board.quorum.specialties):
        if key not in specialties:
            yield f"quorum.specialties[{i}]", f"'{key}' is not one of the specialties"
    if not board.core:
        yield "specialties", "needs at least one with core = true"
    families = {f.key for f in board.verdict_families}
    for i, v in enumerate(board.verdicts):
        if v.family not in families:
            yield f"verdicts[{i}].family", f"'{v.family}' is not one of the verdict families"
    options = {o.key for o in board.options}
    for i, v in enumerate(board.verdicts):
        for j, key in enumerate(v.excludes):
            if key not in options:
                yield f"verdicts[{i}].excludes[{j}]", f"'{key}' is not one of the options"
    for i, teller in enumerate(board.tellers):
        if teller.specialty and teller.specialty not in specialties:
            yield f"tellers[{i}].specialty", f"'{teller.specialty}' is not one of the specialties"
    positions = [x.key for x in board.sign_off.positions]
    for i, key in _repeated(positions):
        yield f"sign_off.positions[{i}].key", f"'{key}' is used twice"
    if absent := [k for k in ("agree", "reservation", "dissent") if k not in positions]:
        yield "sign_off.positions", f"needs an entry for {', '.join(absent)}"
    for i, d in enumerate(board.deferral_reasons):
        if d.default_owner not in specialties | p.OWNER_ROLES:
            roles = ", ".join(sorted(p.OWNER_ROLES))
            yield (
                f"deferral_reasons[{i}].default_owner",
                (f"'{d.default_owner}' is neither a specialty nor one of {roles}"),
            )
    yield from _unknown_needs(board)
    yield from _unknown_aids(board)
    try:
        ZoneInfo(board.time_zone)
    except (OSError, ValueError, LookupError):
        yield "time_zone", f"'{board.time_zone}' is not a time zone, such as 'Europe/London'"
    if (
        max(board.meeting.minutes_simple, board.meeting.minutes_complex)
        > board.meeting.length_minutes
    ):
        yield "meeting", "one case cannot take longer than the meeting"


def _unknown_needs(board: BoardDefinition) -> Iterator[tuple[str, str]]:
    diagnoses = {d.key for d in board.diagnoses}
    modalities = {m.key for m in board.imaging_modalities}
    known = (
        p.CASE_PARTS
        | {f"referral.{f}" for f in p.REFERRAL_FIELDS}
        | {f"patient.{f}" for f in p.PATIENT_FIELDS}
        | {f"fact.{f}" for f in FACTS}
    )
    for i, need in enumerate(board.readiness):
        if need.item not in known:
            yield f"readiness[{i}].item", f"'{need.item}' is nothing that a case records"
        for j, key in enumerate(need.diagnoses):
            if key not in diagnoses:
                yield f"readiness[{i}].diagnoses[{j}]", f"'{key}' is not one of the diagnoses"
        for j, key in enumerate(need.modalities):
            if key not in modalities:
                yield f"readiness[{i}].modalities[{j}]", f"'{key}' is not an imaging modality"
        if need.modalities and need.item != "investigations.imaging":
            yield f"readiness[{i}].modalities", "only 'investigations.imaging' has methods"
        if need.owner not in p.OWNER_ROLES | {s.key for s in board.specialties}:
            yield f"readiness[{i}].owner", f"'{need.owner}' is neither a role nor a specialty"
    for i, limit in enumerate(board.referral.tests):
        if limit.modality not in modalities:
            yield (
                f"referral.tests[{i}].modality",
                f"'{limit.modality}' is not one of the imaging modalities",
            )
    for i, key in _repeated(limit.modality for limit in board.referral.tests):
        yield f"referral.tests[{i}].modality", f"'{key}' has a limit already"


def _unknown_aids(board: BoardDefinition) -> Iterator[tuple[str, str]]:
    diagnoses = {d.key for d in board.diagnoses}
    for i, rule in enumerate(board.aids.only_for):
        where = f"aids.only_for[{i}]"
        for j, name in enumerate(rule.aids):
            if name not in AIDS:
                yield f"{where}.aids[{j}]", f"'{name}' is not one of the decision aids"
        for j, key in enumerate(rule.diagnoses):
            if key not in diagnoses:
                yield f"{where}.diagnoses[{j}]", f"'{key}' is not one of the diagnoses"
        if rule.or_with and (rule.or_with not in FACTS or FACTS[rule.or_with].kind != "yesno"):
            yield f"{where}.or_with", f"'{rule.or_with}' is no fact answered by yes or no"


def read_board(path: Path) -> tuple[BoardDefinition | None, list[str]]:
    """Read one file: the board, or None and one message for each mistake. Never raises."""
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        return None, [f"{path.name}: not valid TOML: {error}"]
    except (OSError, UnicodeDecodeError) as error:
        return None, [f"{path.name}: cannot be read: {error}"]
    mistakes = []
    if content.setdefault("key", path.stem) != path.stem:
        mistakes.append(f"{path.name}: key: must be '{path.stem}', like the file's name")
        content["key"] = path.stem
    try:
        board = BoardDefinition.model_validate(content)
    except ValidationError as error:
        found = mistakes_in(error, content)
        return None, [*mistakes, *(f"{path.name}: {where}: {why}" for where, why in found)]
    mistakes += [f"{path.name}: {named(where, content)}: {why}" for where, why in _misfits(board)]
    return (None if mistakes else board), mistakes


def load_boards(folder: Path) -> dict[str, BoardDefinition]:
    """Every board in the folder by its key; raises DefinitionError naming every mistake."""
    files = sorted(Path(folder).glob("*.toml"))
    if not files:
        raise DefinitionError(f"{folder}: there is no board's definition (a .toml file) here")
    boards: dict[str, BoardDefinition] = {}
    mistakes: list[str] = []
    for path in files:
        board, found = read_board(path)
        mistakes += found
        if board is not None:
            boards[board.key] = board
    for i, prefix in _repeated(b.case_code_prefix for b in boards.values()):
        key = list(boards)[i]
        mistakes.append(f"{key}.toml: case_code_prefix: '{prefix}' belongs to another board")
    if mistakes:
        raise DefinitionError("\n".join(mistakes))
    return boards
