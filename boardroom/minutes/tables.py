"""The minutes as CSV, one row a case, for a spreadsheet or a registry.

RFC 4180 (comma, double quotes, CRLF), UTF-8 with a byte order mark so that spreadsheets see the
encoding. The columns are described in docs/minutes.md. A value that a spreadsheet would run as a
formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import datetime as dt
import io

from boardroom.minutes import afterwards, times, words
from boardroom.minutes.brief import Term
from boardroom.minutes.document import MinutesCase, MinutesDocument, content_hash
from boardroom.text import condition

COLUMNS = (
    # The meeting
    "schema_version", "board", "meeting", "meeting_date", "names", "signed_by", "signed_at",
    "record_sha256",
    # The case
    "position", "case", "patient_name", "patient_sex", "patient_age", "patient_birth_date",
    "patient_record_number", "patient_hospital", "referrer", "referrer_hospital", "question",
    "diagnosis_key", "diagnosis", "earlier_round", "came_back_because",
    # Before the board
    "first_verdict_key", "first_verdict", "first_reason_kind_key", "first_reason_kind",
    "first_reason", "first_by",
    "first_on", "first_plan",
    # The discussion
    "state", "started_at", "revealed_at", "ended_at", "seconds_spent", "allotted_minutes",
    "presented_by", "opinions", "specialties_heard_keys",
    "specialties_heard", "quorum", "present_at_close_keys",
    "present_at_close", "quorum_missing_keys", "quorum_missing", "provisional_reasons",
    "deferral_reason_key", "deferral_reason", "deferral_note",
    "deferral_owner", "deferral_due", "quorum_beyond", "confirmations",
    # The decision
    "board_verdict_key", "board_verdict", "strength_key", "strength", "rationale", "plan",
    "chosen_keys", "chosen", "fallback_keys", "fallback", "rejected_keys", "rejected",
    "not_applicable_keys", "not_applicable", "left_open_keys", "left_open", "reclassification",
    "reclassification_reason_key", "reclassification_reason", "stage_migration",
    "signed_off_keys", "signed_off",
    "reservations_keys", "reservations", "dissents_keys", "dissents", "signed_earlier_text_keys",
    "told_by_key", "told_by", "tell_by",
    "rediscuss", "comes_back", "amendments",
    # What it was taken on
    "child_pugh_class", "meld3", "bclc_stage",
    # What stands against it; later columns come last, so that the earlier keep their order
    "advised_against", "response_since",
)  # fmt: skip

_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "−", "|", "%")


def guarded(text: str) -> str:
    """The text, with an apostrophe in front where a spreadsheet would take it for a formula.

    Blanks before the sign do not hide it, and a leading tab or line end counts as one too.
    """
    if text[:1] in ("\t", "\r", "\n") or text.lstrip().startswith(_FORMULA):
        return "'" + text
    return text


def minutes_csv(document: MinutesDocument) -> bytes:
    """The CSV as bytes: the header and one row for each case, in the agenda's order."""
    out = io.StringIO(newline="")
    writer = csv.DictWriter(out, COLUMNS, lineterminator="\r\n", restval="")
    writer.writeheader()
    digest = document.signature.content_hash if document.signature else content_hash(document)
    for case in document.cases:
        row = _row(case, document) | {"record_sha256": digest}
        writer.writerow(
            {
                column: guarded(value.replace("\0", "")) if isinstance(value, str) else value
                for column, value in row.items()
            }
        )
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def _instant(moment: dt.datetime | None) -> str:
    return moment.isoformat().replace("+00:00", "Z") if moment else ""


def _day(day: dt.date | None) -> str:
    return day.isoformat() if day else ""


def _key(term: Term | None) -> str:
    return term.key if term else ""


def _label(term: Term | None) -> str:
    return term.label if term else ""


def _row(case: MinutesCase, document: MinutesDocument) -> dict[str, str | int | None]:
    clock = times.Clock(document.board.time_zone)
    first, patient, c, signature = (
        case.first_opinion,
        case.patient,
        case.consensus,
        document.signature,
    )
    options = {o.key: o.name for o in document.options}
    became: dict[str, str | int | None] = {}
    for kind in ("chosen", "fallback", "rejected", "not_applicable", "open"):
        of_kind = [d for d in words.dispositions(case, document) if d.disposition == kind]
        column = "left_open" if kind == "open" else kind
        became[f"{column}_keys"] = "; ".join(d.option for d in of_kind)
        became[column] = "; ".join(
            options.get(d.option, d.option) + (f" ({d.reason})" if d.reason else "")
            for d in of_kind
        )

    signatures = afterwards.sign_offs(case, document)

    def signed_keys(kind: str) -> str:
        return "; ".join(s.specialty.key for s in signatures if s.kind == kind)

    def signed(kind: str) -> str:
        return "; ".join(
            words.joined(
                f"{s.specialty.name}, {s.person}",
                words.position(s, c, clock) if s.earlier_text else "",
                s.text,
                f"reopen if {condition(s.reopen_condition)}" if s.reopen_condition else "",
                by=": ",
            )
            for s in signatures
            if s.kind == kind
        )

    q = case.quorum
    return became | {
        "schema_version": document.schema_version,
        "board": document.board.key,
        "meeting": document.meeting.id,
        "meeting_date": _day(document.meeting.planned_start.astimezone(clock.zone).date()),
        "names": document.names,
        "signed_by": signature.signed_by if signature else "",
        "signed_at": _instant(signature.signed_at) if signature else "",
        "position": case.position,
        "case": case.code,
        "patient_name": patient.name or "",
        "patient_sex": patient.sex,
        "patient_age": patient.age,
        "patient_birth_date": _day(patient.birth_date),
        "patient_record_number": patient.record_number or "",
        "patient_hospital": patient.hospital,
        "referrer": case.referrer.name,
        "referrer_hospital": case.referrer.hospital,
        "question": case.question,
        "diagnosis_key": case.diagnosis_key,
        "diagnosis": case.diagnosis,
        "earlier_round": case.earlier_round.code if case.earlier_round else "",
        "came_back_because": case.earlier_round.reason if case.earlier_round else "",
        "first_verdict_key": _key(first.verdict),
        "first_verdict": _label(first.verdict),
        "first_reason_kind_key": first.reason_kind_key,
        "first_reason_kind": first.reason_kind,
        "first_reason": first.reason,
        "first_by": first.by,
        "first_on": _day(first.on),
        "first_plan": first.plan,
        "state": case.state,
        "started_at": _instant(case.started_at),
        "revealed_at": _instant(case.revealed_at),
        "ended_at": _instant(case.ended_at),
        "seconds_spent": case.seconds_spent,
        "allotted_minutes": case.allotted_minutes,
        "presented_by": case.presented_by,
        "opinions": len(case.opinions),
        "specialties_heard_keys": "; ".join(dict.fromkeys(o.specialty.key for o in case.opinions)),
        "specialties_heard": "; ".join(dict.fromkeys(o.specialty.name for o in case.opinions)),
        "quorum": words.quorum_key(case),
        "present_at_close_keys": "; ".join(
            s.specialty.key for s in q.by_specialty if s.specialty.name in q.present
        ),
        "present_at_close": "; ".join(words.present_at_close(case)) or "; ".join(q.present),
        "quorum_missing_keys": "; ".join(s.specialty.key for s in q.by_specialty if s.missing),
        "quorum_missing": "; ".join(q.missing),
        "provisional_reasons": "; ".join(case.provisional_reasons),
        "deferral_reason_key": case.deferral.reason_key if case.deferral else "",
        "deferral_reason": case.deferral.reason if case.deferral else "",
        "deferral_note": case.deferral.note if case.deferral else "",
        "deferral_owner": case.deferral.owner if case.deferral else "",
        "deferral_due": _day(case.deferral.due) if case.deferral else "",
        "quorum_beyond": "; ".join(case.quorum.beyond),
        "confirmations": "; ".join(
            line["text"] for line in afterwards.lines(case, document, clock)
        ),
        "board_verdict_key": _key(c.verdict) if c else "",
        "board_verdict": _label(c.verdict) if c else "",
        "strength_key": _key(c.strength) if c else "",
        "strength": _label(c.strength) if c else "",
        "rationale": c.rationale if c else "",
        "plan": "; ".join(
            f"{s.order}. {words.joined(s.what, s.who, s.when, by=', ')}"
            for s in sorted(c.steps if c else (), key=lambda step: step.order)
        ),
        "reclassification": case.reclassification.outcome if case.reclassification else "",
        "reclassification_reason_key": case.reclassification.reason_key
        if case.reclassification
        else "",
        "reclassification_reason": case.reclassification.reason if case.reclassification else "",
        "stage_migration": case.stage_migration,
        "signed_off_keys": signed_keys("signed"),
        "signed_off": signed("signed"),
        "reservations_keys": signed_keys("reservation"),
        "reservations": signed("reservation"),
        "dissents_keys": signed_keys("dissent"),
        "dissents": signed("dissent"),
        "signed_earlier_text_keys": "; ".join(
            s.specialty.key for s in case.sign_offs if s.earlier_text
        ),
        "told_by_key": c.teller_key if c else "",
        "told_by": c.teller if c else "",
        "tell_by": words.tell_by_iso(c) if c else "",
        "rediscuss": c.rediscuss if c else "",
        "comes_back": "; ".join(c.represent) if c else "",
        "amendments": " | ".join(
            f"{a.number}. {a.text} ({a.by}, {_instant(a.at)}"
            + (f", because: {a.reason}" if a.reason else "")
            + (")" if a.case else ", to the meeting as a whole)")
            for a in document.amendments
            if a.case in (case.code, None)
        ),
        **_aids(case),
        "advised_against": " ".join(words.objections(case, options)),
        "response_since": case.response_since,
    }


def _aids(case: MinutesCase) -> dict[str, str | int | None]:
    aids = case.decision_aids
    asked = {
        "child_pugh_class": ("child_pugh", "class"),
        "meld3": ("meld3", "meld3"),
        "bclc_stage": ("bclc_2022", "stage"),
    }
    return {column: aids.value(*what) if aids else "" for column, what in asked.items()}
