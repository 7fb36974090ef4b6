"""Saving what was typed into a case's form, a few fields at a time or all of it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from boardroom import audit, live
from boardroom.boards.definition import BoardDefinition
from boardroom.cases import fields, rules
from boardroom.cases.models import Case, Fact, Lesion, PatientQuestion
from boardroom.cases.names import NAME_IN_TEXT, holds_name
from boardroom.cases.rules import ValueRefused
from boardroom.cases.targets import OfFact, Plain, entered, targets
from boardroom.cases.view import test_of
from boardroom.clinical import facts as clinical
from boardroom.db import db, now
from boardroom.people.models import Person
from boardroom.refusals import StaleVersion
from boardroom.tumour_map.queries import readings_of, that_lists

LESIONS_ARE_READ = "The lesions are those of the tumour map: change them there."


class StaleCase(StaleVersion):
    """Somebody else saved the same fields first. Also knows the fields' names and the version."""

    def __init__(self, version: int, clashes: Mapping[str, tuple[str, str, str]]) -> None:
        """`clashes`: {name: (label, mine, theirs)}."""
        super().__init__(
            "What you typed and what somebody else saved meanwhile are both shown here.",
            mine={label: mine for label, mine, _ in clashes.values()},
            theirs={label: theirs for label, _, theirs in clashes.values()},
        )
        self.version = version
        self.mine_by_name = {name: mine for name, (_, mine, _) in clashes.items()}
        self.theirs_by_name = {name: theirs for name, (_, _, theirs) in clashes.items()}


@dataclass
class Saved:
    """What a save did. Fields in `errors` were left as they were."""

    version: int
    changed: bool = False
    errors: dict[str, str] = field(default_factory=dict)
    warnings: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class _Context:
    case: Case
    board: BoardDefinition
    today: dt.date
    written_on: dt.date | None
    saved: Saved
    actor: Person | None


def save_case(
    case: Case,
    values: Mapping[str, str],
    version: int,
    *,
    actor: Person | None,
    board: BoardDefinition,
    today: dt.date,
    was: Mapping[str, str] | None = None,
    imported: bool = False,
) -> Saved:
    """Store every value that can be true, and say what is wrong with the others.

    `was`: what each field held when the person began to change it. With it only fields that
    somebody else changed since then clash; without it every differing field of an old version does.
    `imported`: the values were said elsewhere, so that no answer among them is one of today.
    Raises IllegalTransition for a case that is closed, StaleCase where two people changed the same.
    """
    rules.must_be_open(case.status)
    found = targets(case, values)
    saved = Saved(case.version)
    context = _Context(case, board, today, None if imported else today, saved, actor)
    values = _merged(context, found, values, was or {}, stale=version != case.version)
    for name, target in found.items():
        if isinstance(target, Plain) and name not in fields.NONE_STATED:
            _set_plain(context, target, values[name])
    _set_none_stated(context, found, values)
    _check_lesions(context, found)
    of_facts = [target for target in found.values() if isinstance(target, OfFact)]
    for key, number in dict.fromkeys((target.key, target.number) for target in of_facts):
        _set_fact(context, key, number, values)
    _look_for_the_name(context, found)
    db.session.flush()
    if saved.changed:
        touch(case, actor=actor, action="edited a case")
    saved.version = case.version
    return saved


def touch(case: Case, *, actor: Person | None, action: str) -> None:
    """Count a change of the case's content, record it, and tell the screens that show the case."""
    case.version += 1
    db.session.flush()
    place = actor.on(case.board) if actor is not None else None
    # As what: it says whose words they are when the place is another's, or nobody's, one day
    role: dict[str, Any] = {"role": place.role} if place is not None else {}
    audit.record(action, board=case.board, case_id=case.id, actor=actor, **role)
    shown = {"case", "agenda"}
    live.announce_case(case.id, "case_changed", shown, actor=actor, before=shown)


def take_away(rows: list[Any], row: Any) -> None:
    """Remove a row from its case, with what somebody judged of it as an existing test: another that
    comes in its place is judged by itself. Deleted by name: the trail sees no mere orphans."""
    case, test = row.case, test_of(row)
    rows.remove(row)
    db.session.delete(row)
    if not test or test in map(test_of, rows):
        return
    for judged in [one for one in case.judgements if one.test == test]:
        case.judgements.remove(judged)
        db.session.delete(judged)


def _merged(
    context: _Context,
    found: Mapping[str, Plain | OfFact],
    values: Mapping[str, str],
    was: Mapping[str, str],
    *,
    stale: bool,
) -> dict[str, str]:
    """The values to store. Raises StaleCase where two people changed the same field."""
    # Whoever says what stood in a field is asked about that field alone, but even at the present
    # version: saving one field brings the version up, and not the others' texts onto the screen.
    merged, clashes = dict(values), {}
    for name, target in found.items():
        now, mine = target.text(), _canonical(context, target, values[name])
        before = _canonical(context, target, was[name]) if name in was else None
        if mine == now or before == now or (before is None and not stale):
            continue
        if mine == before:
            merged[name] = now  # sent along untouched: the other's text stays
        else:
            clashes[name] = (target.label, values[name], now)
    if clashes:
        raise StaleCase(context.case.version, clashes)
    return merged


def _canonical(context: _Context, target: Plain | OfFact, text: str) -> str:
    """The text as it would be stored, so that "5/8" and "V, VIII" are the same."""
    if isinstance(target, OfFact):
        try:
            return f"{Decimal(text.strip().replace(',', '.')):f}"
        except InvalidOperation:
            return text.strip()
    try:
        return fields.as_text(target.field.parse(text, context.board, context.today))
    except ValueRefused:
        return text


def _set_plain(context: _Context, target: Plain, text: str) -> None:
    if target.row is None:
        context.saved.errors[target.name] = "This line was removed meanwhile. Reload the page."
        return
    old = getattr(target.row, target.field.name)
    if text == fields.as_text(old):
        return  # also a word that the board's definition no longer has
    if isinstance(target.row, Lesion) and that_lists(readings_of(context.case.id)):
        context.saved.errors[target.name] = LESIONS_ARE_READ
        return
    try:
        new = target.field.parse(text, context.board, context.today)
        if isinstance(new, dt.date) and target.row is not context.case.patient:
            rules.check_born(new, target.field.label, _born(context.case))
    except ValueRefused as refused:
        context.saved.errors[target.name] = refused.reason
        return
    if new != old:
        setattr(target.row, target.field.name, new)
        context.saved.changed = True
        if isinstance(target.row, PatientQuestion) and target.field.name == "answer":
            sign_answer(target.row, context.actor)


def _born(case: Case) -> dt.date | None:
    return case.patient.birth_date


def sign_answer(question: PatientQuestion, actor: Person | None) -> None:
    """Note who answered a question of the patient, and when; nobody where the answer is gone."""
    question.answered_by_id = actor.id if actor is not None and question.answer else None
    question.answered_at = now() if question.answer else None


def _set_none_stated(
    context: _Context, found: Mapping[str, Plain | OfFact], values: Mapping[str, str]
) -> None:
    """Store that there was none, and keep it apart from a list: the list stands."""
    case, saved = context.case, context.saved
    for name, stated in fields.NONE_STATED.items():
        target = found.get(name)
        rows = getattr(case, stated.collection)
        if not any(stated.excludes(row.kind) for row in rows):
            if isinstance(target, Plain):
                _set_plain(context, target, values[name])
            continue
        if target is not None and values[name] == fields.TICKED:
            saved.errors[name] = stated.listed
        if getattr(case, name):
            setattr(case, name, False)
            saved.changed = True


def _check_lesions(context: _Context, found: Mapping[str, Plain | OfFact]) -> None:
    for name, target in found.items():
        if not isinstance(target, Plain) or not isinstance(target.row, Lesion):
            continue
        if target.field.name not in ("size_mm", "viable_mm"):
            continue
        try:
            rules.check_lesion(target.row.size_mm, target.row.viable_mm)
        except ValueRefused as refused:
            context.saved.warnings[name] = refused.reason


def _look_for_the_name(context: _Context, found: Mapping[str, Plain | OfFact]) -> None:
    saved, patient = context.saved, context.case.patient.name
    for name, target in found.items():
        told = isinstance(target, Plain) and target.field.told and name not in saved.errors
        if told and holds_name(target.text(), patient):
            saved.warnings[name] = NAME_IN_TEXT


def _set_fact(context: _Context, key: str, number: int, values: Mapping[str, str]) -> None:
    this, saved, prefix = clinical.fact(key), context.saved, f"fact-{key}-{number}-"
    rows = entered(context.case, key)
    row = rows[number - 1] if number <= len(rows) else None
    value = values.get(prefix + "value", row.value if row else "").strip()
    if not value:
        _empty_fact(context, row, number == len(rows), prefix)
        return
    if number > len(rows) + 1:
        saved.errors[prefix + "value"] = "Fill in the line above first."
        _refuse_rest(saved, row, prefix, values)
        return
    only = this.units[0].key if len(this.units) == 1 else ""
    unit = values.get(prefix + "unit", row.unit if row else "").strip() or only
    try:
        checked = clinical.check(key, value, unit)
    except clinical.UnitMissing as error:
        saved.errors[prefix + "unit"] = error.reason
        saved.errors.setdefault(prefix + "value", "Not saved yet: the unit is missing.")
        _refuse_rest(saved, row, prefix, values)
        return
    except clinical.FactError as error:
        saved.errors[prefix + "value"] = error.reason
        _refuse_rest(saved, row, prefix, values)
        return
    if checked.warnings:
        saved.warnings[prefix + "value"] = " ".join(checked.warnings)
    text = f"{checked.value:f}" if not isinstance(checked.value, str) else checked.value
    taken_on = row.taken_on if row else None
    if prefix + "taken_on" in values:
        try:
            taken_on = rules.day(values[prefix + "taken_on"], "The date", context.today)
            rules.check_born(taken_on, "The date", _born(context.case))
        except ValueRefused as refused:
            saved.errors[prefix + "taken_on"] = refused.reason
            if row is None or (row.value, row.unit) != (text, checked.unit):
                # A new value is not of the day of the old one.
                saved.errors[prefix + "value"] = "Not saved yet: its date is wrong."
                _refuse_rest(saved, row, prefix, values)
            return
    if row is None:
        row = Fact(
            key=key, value=text, unit=checked.unit, taken_on=taken_on, written_on=context.written_on
        )
        context.case.facts.append(row)
        saved.changed = True
    elif (row.value, row.unit, row.taken_on) != (text, checked.unit, taken_on):
        if (row.value, row.unit) != (text, checked.unit):
            row.written_on = context.written_on
        row.value, row.unit, row.taken_on = text, checked.unit, taken_on
        row.mistyped_at = None  # it is corrected
        saved.changed = True


def _refuse_rest(saved: Saved, row: Fact | None, prefix: str, values: Mapping[str, str]) -> None:
    """Say of unit and date that they went unsaved with their value.

    A screen takes for saved what is not refused, and would send the mended value without them: it
    would then be read in the unit of before.
    """
    for part, word, stored in (
        ("unit", "unit", row.unit if row else ""),
        ("taken_on", "date", row.taken_on.isoformat() if row and row.taken_on else ""),
    ):
        sent = values.get(prefix + part)
        if sent is not None and sent.strip() != stored:
            saved.errors.setdefault(prefix + part, f"The {word} is not saved either.")


def _empty_fact(context: _Context, row: Fact | None, last: bool, prefix: str) -> None:
    if row is None:
        return
    if not last:
        # The numbers of the later values would move; removing reloads the lines.
        context.saved.errors[prefix + "value"] = "Put the value back, or remove this line."
        return
    take_away(context.case.facts, row)
    context.saved.changed = True
