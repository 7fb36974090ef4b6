"""Records that were signed under an earlier schema stay what they were."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path
from typing import Any

import docx
import pypdf
import pytest

from boardroom.minutes.document import (
    MinutesDocument,
    content_hash,
    matches_signature,
    record_of,
    to_json,
)
from boardroom.minutes.formats import FORMATS, render
from boardroom.minutes.versions import NEWER, SCHEMA_VERSION
from tests.unit import minutes_samples as samples

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"


def stored() -> tuple[dict[str, Any], str]:
    """(content, hash) as they lay in the table when schema 1.0 was the present one."""
    kept = json.loads((HERE / "stored" / "minutes-1.0.json").read_text(encoding="utf-8"))
    return kept["content"], kept["content_hash"]


def read() -> MinutesDocument:
    """The stored record as it is read today, with its signature."""
    content, digest = stored()
    signature = {
        "signed_by": samples.STAFF[0],
        "signed_at": samples.at(130),
        "content_hash": digest,
    }
    return MinutesDocument.model_validate(
        {**content, "signature": signature, "generated_at": samples.at(200)}
    )


def test_an_earlier_record_is_still_the_one_that_was_signed() -> None:
    content, digest = stored()
    assert content["schema_version"] == "1.0" != SCHEMA_VERSION
    assert record_of(read()) == content
    assert content_hash(read()) == digest
    assert matches_signature(read()) is True
    altered = read().model_copy(update={"chair": "Dr Somebody Else"})
    assert matches_signature(altered) is False


def test_its_json_is_that_of_its_own_version_and_comes_back() -> None:
    content, _ = stored()
    exported = json.loads(to_json(read()))
    assert {k: v for k, v in exported.items() if k in content} == content
    assert set(exported) - set(content) == {"signature", "amendments", "generated_at"}
    assert MinutesDocument.model_validate(exported) == read()


@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("format_", FORMATS)
def test_it_is_drawn_in_every_form(format_: str, names: bool) -> None:
    data = render(read(), format_, names=names)
    match format_:
        case "pdf":
            pages = pypdf.PdfReader(io.BytesIO(data)).pages
            text = " ".join(" ".join(page.extract_text().split()) for page in pages)
        case "docx":
            text = "\n".join(docx.Document(io.BytesIO(data)).element.body.itertext())
        case _:
            text = data.decode()
    assert "ALTERED" not in text
    assert ("Nonesuch" in text) is names
    if format_ == "csv":
        rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")))
        assert rows[0]["schema_version"] == "1.0"
        assert rows[0]["tell_by"] == "2026-11-30"
        assert rows[1]["tell_by"] == rows[1]["told_by"] == ""
    else:
        assert "Mon 30 Nov 2026" in text


def _fields(schema: dict[str, Any], part: Any, path: str) -> set[str]:
    """The paths of every field below a part of a schema."""
    if "$ref" in part:
        part = schema["$defs"][part["$ref"].rsplit("/", 1)[1]]
    found: set[str] = set()
    for branch in [*part.get("anyOf", []), *([part["items"]] if "items" in part else [])]:
        found |= _fields(schema, branch, path)
    for name, below in part.get("properties", {}).items():
        whole = f"{path}.{name}".lstrip(".")
        found |= {whole} | _fields(schema, below, whole)
    return found


def test_every_field_that_a_version_added_is_named() -> None:
    """A field that is not named would be written into records that were signed without it."""
    now = json.loads((DOCS / "minutes.schema.json").read_text(encoding="utf-8"))
    seen = _fields(now, now, "")
    for version, paths in reversed(NEWER.items()):
        added = {f for f in seen if any(f == p or f.startswith(f"{p}.") for p in paths)}
        assert all(path in added for path in paths), version
        seen -= added
    first = json.loads((DOCS / "minutes-1.0.schema.json").read_text(encoding="utf-8"))
    assert seen == _fields(first, first, "")


def test_days_in_words_are_refused_in_the_present_version() -> None:
    case = samples.case(1)
    case["consensus"]["tell_by"] = "Mon 30 Nov 2026"
    with pytest.raises(ValueError, match="tell_by of BR-0401"):
        samples.minutes([case])
