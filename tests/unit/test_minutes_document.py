"""The minutes' document: what it accepts, its hash, its published schema."""

from __future__ import annotations

import datetime as dt
import hashlib
import json
from pathlib import Path

import pytest
import rfc8785
from pydantic import ValidationError

from boardroom.minutes import presence
from boardroom.minutes.brief import clean
from boardroom.minutes.document import (
    NOT_HASHED,
    MinutesDocument,
    content_hash,
    matches_signature,
    to_json,
)
from boardroom.minutes.redaction import without_names
from boardroom.minutes.schema import minutes_schema, schema_text
from tests.unit import minutes_samples as samples

DOCS = Path(__file__).parents[2] / "docs"


def signature(digest: str) -> dict[str, str]:
    return {"signed_by": samples.STAFF[0], "signed_at": samples.at(130), "content_hash": digest}


def test_json_comes_back_as_the_same_document() -> None:
    document = samples.minutes()
    again = MinutesDocument.model_validate_json(to_json(document))
    assert again == document
    assert content_hash(again) == content_hash(document)


def test_hash_can_be_computed_again_from_the_exported_json_as_documented() -> None:
    document = samples.minutes()
    record = json.loads(to_json(document))
    for beside in ("signature", "amendments", "confirmations", "generated_at"):
        record.pop(beside)
    assert hashlib.sha256(rfc8785.dumps(record)).hexdigest() == content_hash(document)


def test_hash_stays_when_the_record_is_signed_amended_or_drawn_up_later() -> None:
    document = samples.minutes()
    digest = content_hash(document)
    amended = samples.minutes(
        signature=signature(digest),
        amendments=[{"number": 1, "at": samples.at(900), "by": "Dr A", "text": "More."}],
        generated_at=samples.at(5000),
    )
    assert content_hash(amended) == digest
    assert matches_signature(amended) is True


def test_hash_is_that_of_the_moment_and_not_of_its_spelling() -> None:
    berlin = dt.timezone(dt.timedelta(hours=1))
    meeting = samples.content()["meeting"]
    meeting["started_at"] = (samples.START + dt.timedelta(minutes=2)).astimezone(berlin).isoformat()
    assert content_hash(samples.minutes(meeting=meeting)) == content_hash(samples.minutes())


@pytest.mark.parametrize(
    "change",
    [
        {"chair": "Somebody Else"},
        {"cases": []},
        {"core_missing": []},
        {"cases": [samples.case(1, seconds_spent=433)]},
        {"cases": [samples.case(1, provisional_reasons=["x"])]},
    ],
)
def test_hash_changes_with_the_record(change: dict[str, object]) -> None:
    base = [samples.case(1)]
    content = samples.content(base) | change
    assert content_hash(MinutesDocument.model_validate(content)) != content_hash(
        samples.minutes(base)
    )


def test_a_changed_record_no_longer_matches_its_signature() -> None:
    digest = content_hash(samples.minutes())
    altered = samples.minutes([samples.case(1)], signature=signature(digest))
    assert matches_signature(altered) is False


def test_whether_it_matches_cannot_be_told_unsigned_or_without_names() -> None:
    document = samples.minutes()
    assert matches_signature(document) is None
    signed = samples.minutes(signature=signature(content_hash(document)))
    assert matches_signature(without_names(signed)) is None


def test_a_document_cannot_be_changed() -> None:
    with pytest.raises(ValidationError):
        samples.minutes().chair = "Somebody"  # type: ignore[misc]


@pytest.mark.parametrize(
    ("change", "where"),
    [
        ({"planned": 1}, "planned"),
        ({"generated_at": "2026-11-26T16:30:00"}, "generated_at"),
        ({"schema_version": "9.0"}, "schema_version"),
        ({"board": {"key": "x", "name": "X", "time_zone": "Mars/Base"}}, "time_zone"),
        ({"cases": [samples.case(1, state="lost")]}, "state"),
        ({"cases": [samples.case(1, opinions=[samples.opinion(0, confidence=6)])]}, "confidence"),
        (
            {"signature": {"signed_by": "A", "signed_at": samples.at(1), "content_hash": "x"}},
            "hash",
        ),
        ({"cases": [samples.case(1, lesions=[{"number": 1, "size_mm": float("nan")}])]}, "size_mm"),
    ],
)
def test_what_does_not_fit_is_refused_and_named(change: dict[str, object], where: str) -> None:
    with pytest.raises(ValidationError) as refused:
        MinutesDocument.model_validate(samples.content() | change)
    assert any(where in str(part) for error in refused.value.errors() for part in error["loc"])


def test_text_is_cleaned_of_what_cannot_be_printed() -> None:
    assert clean("a\x00b\x07\u202ec\ufeff\r\nd\u2028e\x85f\t ") == "abc\nd\ne\nf"
    assert samples.minutes(chair="Dr\x0b A\u2066").chair == "Dr A"


def test_the_published_schema_is_the_documents() -> None:
    assert (DOCS / "minutes.schema.json").read_text(encoding="utf-8") == schema_text(), (
        "docs/minutes.schema.json is out of date: write schema_text() there"
    )


def test_every_field_is_in_the_schema_required_and_no_other_allowed() -> None:
    schema = minutes_schema()
    exported = json.loads(to_json(samples.minutes()))
    assert set(schema["required"]) == set(exported) == set(schema["properties"])
    for name, part in schema["$defs"].items():
        if part["type"] == "object":
            assert part["additionalProperties"] is False, name
            assert set(part["required"]) == set(part["properties"]), name


def test_every_csv_column_is_documented() -> None:
    from boardroom.minutes.tables import COLUMNS

    text = (DOCS / "minutes.md").read_text(encoding="utf-8")
    assert [column for column in COLUMNS if f"`{column}`" not in text] == []


def test_a_record_of_an_earlier_version_keeps_its_hash_and_its_fields() -> None:
    old = json.loads(to_json(samples.minutes(schema_version="1.0")))
    record = {k: v for k, v in old.items() if k not in NOT_HASHED}
    (decided, *_) = record["cases"]
    assert "represent" not in decided["consensus"]
    assert "beyond" not in decided["quorum"]
    signed = hashlib.sha256(rfc8785.dumps(record)).hexdigest()
    again = MinutesDocument.model_validate({**record, "generated_at": samples.at(100)})
    assert content_hash(again) == signed
    assert content_hash(samples.minutes()) != signed, "the version is part of the record"


def test_a_confirmation_stands_beside_the_record() -> None:
    document = samples.minutes()
    confirmation = {"case": "BR-0402", "person": "Dr A", "at": samples.at(900), "text": "Agrees"}
    confirmed = samples.minutes(confirmations=[confirmation])
    assert content_hash(confirmed) == content_hash(document)
    assert json.loads(to_json(confirmed))["confirmations"][0]["text"] == "Agrees"


def test_a_record_signed_with_too_few_names_still_says_who_was_not_there() -> None:
    quorum = {"needed": ["Surgery"], "present": ["Surgery", "Oncology"], "missing": []}
    document = samples.minutes(
        [samples.case(1, quorum=quorum)],
        attendance=[
            {"name": "Dr A", "specialty": samples.SPECIALTIES[0]},
            {"name": "Dr B", "specialty": samples.SPECIALTIES[1]},
        ],
        core_missing=[],
    )
    assert presence.never_there(document) == ["Radiology", "Hepatology"]
    assert presence.without_core(document) == "BR-0401 without Radiology, Hepatology"
    not_begun = samples.content([])["meeting"] | {"started_at": None}
    empty = samples.minutes([], meeting=not_begun, attendance=[], core_missing=[])
    assert presence.never_there(empty) == []
