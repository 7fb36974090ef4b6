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
from boardroom.minutes.mapped import drawn_again
from boardroom.minutes.redaction import without_names
from boardroom.minutes.versions import NEWER, SCHEMA_VERSION
from tests.unit import minutes_samples as samples

HERE = Path(__file__).parent
DOCS = HERE.parents[1] / "docs"


EARLIER = pytest.mark.parametrize("version", [v for v in ("1.0", *NEWER) if v != SCHEMA_VERSION])


def stored(version: str) -> tuple[dict[str, Any], str]:
    """(content, hash) as they lay in the table when this schema was the present one."""
    kept = json.loads((HERE / "stored" / f"minutes-{version}.json").read_text(encoding="utf-8"))
    return kept["content"], kept["content_hash"]


def read(version: str) -> MinutesDocument:
    """The stored record as it is read today, with its signature."""
    content, digest = stored(version)
    signature = {
        "signed_by": samples.STAFF[0],
        "signed_at": samples.at(130),
        "content_hash": digest,
    }
    return MinutesDocument.model_validate(
        {**content, "signature": signature, "generated_at": samples.at(200)}
    )


@EARLIER
def test_an_earlier_record_is_still_the_one_that_was_signed(version: str) -> None:
    content, digest = stored(version)
    assert content["schema_version"] == version != SCHEMA_VERSION
    assert record_of(read(version)) == content
    assert content_hash(read(version)) == digest
    assert matches_signature(read(version)) is True
    altered = read(version).model_copy(update={"chair": "Dr Somebody Else"})
    assert matches_signature(altered) is False


@EARLIER
def test_its_json_is_that_of_its_own_version_and_comes_back(version: str) -> None:
    content, _ = stored(version)
    exported = json.loads(to_json(read(version)))
    assert {k: v for k, v in exported.items() if k in content} == content
    beside = {"signature", "amendments", "generated_at"}
    beside |= set() if version == "1.0" else {"confirmations"}
    assert set(exported) - set(content) == beside
    assert MinutesDocument.model_validate(exported) == read(version)


@EARLIER
@pytest.mark.parametrize("names", [True, False])
@pytest.mark.parametrize("format_", FORMATS)
def test_it_is_drawn_in_every_form(format_: str, names: bool, version: str) -> None:
    data = render(read(version), format_, names=names)
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
        assert rows[0]["schema_version"] == version
        assert rows[0]["tell_by"] == "2026-11-30"
        assert rows[1]["tell_by"] == rows[1]["told_by"] == ""
    else:
        # As JSON in the words of its own version: a day since 2.0.
        as_a_day = format_ == "json" and version != "1.0"
        assert ("2026-11-30" if as_a_day else "Mon 30 Nov 2026") in text


def test_an_empty_map_of_an_earlier_record_still_says_that_no_lesion_is_seen() -> None:
    content, _ = stored("2.2")
    (board,) = content["cases"][0]["tumour_map"]
    hospital = {**board, "side": "referring"}
    content["cases"][0]["tumour_map"] = [hospital, {**board, "lesions": []}]
    document = MinutesDocument.model_validate({**content, "generated_at": samples.at(200)})
    assert record_of(document) == content, "its hash is of what was signed"
    again = MinutesDocument.model_validate(json.loads(to_json(document)))
    for one in (document, again, without_names(document)):
        drawn = drawn_again(one.cases[0].tumour_map)
        assert drawn.pictures[1].findings.none_seen
        assert drawn.words == ["Lesion 1 (segment V, 42 mm): seen by the referring hospital alone."]
    present = samples.minutes([samples.case(1, tumour_map=[{"side": "board", "in_all": ""}])])
    assert "in_all" in record_of(present)["cases"][0]["tumour_map"][0]
    (picture,) = drawn_again(present.cases[0].tumour_map).pictures
    assert not picture.findings.tells_lesions


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


def _published(version: str) -> dict[str, Any]:
    name = f"minutes-{version}.schema.json" if version else "minutes.schema.json"
    found: dict[str, Any] = json.loads((DOCS / name).read_text(encoding="utf-8"))
    return found


def test_every_field_that_a_version_added_is_named() -> None:
    """A field that is not named would be written into records that were signed without it."""
    now, versions = _published(""), ["1.0", *NEWER]
    seen = _fields(now, now, "")
    for version, paths in reversed(NEWER.items()):
        added = {f for f in seen if any(f == p or f.startswith(f"{p}.") for p in paths)}
        assert all(path in added for path in paths), version
        seen -= added
        then = _published(versions[versions.index(version) - 1])
        assert seen == _fields(then, then, ""), version


def test_days_in_words_are_refused_in_the_present_version() -> None:
    case = samples.case(1)
    case["consensus"]["tell_by"] = "Mon 30 Nov 2026"
    with pytest.raises(ValueError, match="tell_by of BR-0401"):
        samples.minutes([case])
