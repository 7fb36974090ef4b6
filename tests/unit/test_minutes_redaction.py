"""Leaving patients' names out."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from boardroom.minutes.document import to_json
from boardroom.minutes.eraser import name_parts
from boardroom.minutes.everyday import EVERYDAY
from boardroom.minutes.redaction import kept, without_names
from tests.unit import minutes_samples as samples


def redacted(name: str, summary: str, **patient: Any) -> str:
    case = samples.not_reached(1) | {"patient": {"name": name, **patient}, "summary": summary}
    return without_names(samples.minutes([case])).cases[0].summary


def test_names_dates_and_numbers_of_patients_are_gone_everywhere() -> None:
    amendments = [
        {
            "number": 1,
            "at": samples.at(900),
            "by": "Dr A",
            "text": "Nonesuch and FICTITIOUS, Greta.",
        }
    ]
    document = samples.minutes(amendments=amendments)
    bare = without_names(document)
    text = to_json(bare)
    for part in ("nonesuch", "basil", "fictitious", "greta", "r-778812", "1963-03-04"):
        assert part not in text.lower()
    assert "4 March 1963" not in text
    assert bare.names == "withheld"
    assert bare.cases[0].patient.age == 63
    assert bare.cases[0].patient.hospital == "St Example"
    assert "BR-0401 has five right-sided" in bare.cases[0].summary
    assert bare.cases[0].summary.endswith("Born [date of birth].")
    assert bare.cases[1].summary == "Recurrence after ablation. BR-0402 was seen last week."
    assert bare.amendments[0].text == "BR-0401 and BR-0402."


def test_the_document_itself_stays_as_it_was() -> None:
    document = samples.minutes()
    before = to_json(document)
    without_names(document)
    assert to_json(document) == before


def test_staff_and_the_boards_words_stay() -> None:
    case = samples.case(
        1, patient={"name": "Ida Done Surgery"}, presented_by="Dr Ida Sampleton", summary="Ida."
    )
    bare = without_names(samples.minutes([case]))
    assert bare.chair == "Dr Ida Sampleton"
    assert bare.cases[0].presented_by == "Dr Ida Sampleton"
    assert bare.cases[0].state == "done"
    assert bare.cases[0].opinions[0].specialty.name == "Surgery"
    assert bare.attendance[0].name == "Dr Ida Sampleton"
    assert bare.cases[0].summary == "BR-0401."


@pytest.mark.parametrize(
    ("name", "text", "becomes"),
    [
        ("Żaneta Łącka", "Pani zaneta LACKA przyszła", "Pani BR-0401 przyszła"),
        ("Jean-Luc d'Exemple", "Seen: Exemple, Jean Luc", "Seen: BR-0401"),
        ("Ana de la Muestra", "de la Muestra asks; de facto", "de la BR-0401 asks; de facto"),
        ("Li Wu", "Li has a lesion, li, WU agrees", "BR-0401 has a lesion, li, BR-0401 agrees"),
        ("an wu", "an has Wu's wife", "BR-0401 has BR-0401's wife"),
        ("王小明", "患者王小明昨日入院", "患者BR-0401昨日入院"),
        ("محمد علي", "حضر محمد اليوم", "حضر BR-0401 اليوم"),
        ("Ærø Müßter", "aero muesster; MÜSSTER", "BR-0401 muesster; BR-0401"),
        ("", "Nothing to hide", "Nothing to hide"),
        (".*+?[", "a.*+?[b", "a.*+?[b"),
        ("Sample", "Sample's wife, resampled", "BR-0401's wife, resampled"),
    ],
)
def test_parts_of_a_name_in_free_text(name: str, text: str, becomes: str) -> None:
    assert redacted(name, text) == becomes


@pytest.mark.parametrize(
    "written", ["1963-03-04", "04.03.1963", "4.3.1963", "04/03/1963", "03/04/1963", "4 Mar 1963"]
)
def test_dates_of_birth_in_free_text(written: str) -> None:
    assert redacted("X Y", f"b. {written}, well", birth_date="1963-03-04") == (
        "b. [date of birth], well"
    )
    assert "2026" in redacted("X Y", "seen 14.3.2026", birth_date="1963-03-04")


def test_every_text_is_searched_wherever_a_field_stands() -> None:
    """A name put into every free text of the document is in none of them afterwards."""
    content = json.loads(to_json(samples.minutes([samples.case(1)])))
    staff = re.compile(r"attendance|referrer|specialt|options|board|core_|options|patient\b")
    planted = 0

    def plant(value: Any, path: str, field: str) -> Any:
        nonlocal planted
        match value:
            case dict():
                return {k: plant(v, f"{path}.{k}", k) for k, v in value.items()}
            case list():
                return [plant(v, path, field) for v in value]
            case str() if not kept(field) and not staff.search(path) and not _fixed(field, value):
                planted += 1
                return f"{value} Zebulon"
            case _:
                return value

    def _fixed(field: str, value: str) -> bool:
        return bool(re.fullmatch(r"\d{4}-\d\d-\d\d.*", value)) or field in {"kind", "key"}

    content = plant(content, "", "")
    content["cases"][0]["patient"]["name"] = "Zebulon Nonesuch"
    document = samples.MinutesDocument.model_validate(content)
    assert planted > 60
    assert "Zebulon" in to_json(document)
    assert "zebulon" not in to_json(without_names(document)).lower()


words = st.text(st.characters(codec="utf-8", categories=("L", "M", "Zs", "Pd", "Po")), max_size=30)


@settings(deadline=None)
@given(name=words, text=words)
def test_no_long_part_of_any_name_survives(name: str, text: str) -> None:
    summary = redacted(name, f"{text} {name} {text}")
    left = {w for w in name_parts(summary) if len(w) > 3} - EVERYDAY
    assert not left & name_parts(name) - name_parts("BR-0401")
