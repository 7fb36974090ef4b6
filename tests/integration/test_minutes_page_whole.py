"""What the chair signs can be read on the page first, all of it."""

from __future__ import annotations

import datetime as dt
import html
import itertools
import re
from collections.abc import Callable, Iterator
from types import NoneType, UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints

import pytest
from flask import Flask
from flask.testing import FlaskClient
from pydantic import AwareDatetime, StringConstraints

from boardroom.db import write_transaction
from boardroom.meetings.models import Meeting, MeetingStatus
from boardroom.minutes.brief import Part
from boardroom.minutes.document import (
    MinutesCase,
    MinutesDocument,
    content_hash,
    record_of,
)
from boardroom.minutes.models import Minutes
from tests.integration.meeting_samples import make_meeting
from tests.unit import minutes_samples as samples

# What has to be a word of the program, so that the page knows it.
WORDS: dict[str, Any] = {
    "option": "resection", "segments": ["VII"], "vessel": "right_hepatic_vein", "degree": "abuts",
    "features": ["aphe"], "portal": "vp3", "portal_side": "right", "vein": "vv2",
    "vein_which": "right", "duct": "b1", "spread": ["lung"], "li_rads": "LR-5", "same_as": "1",
    "state": "provisional", "stance": "acceptable", "disposition": "chosen", "x": 56, "y": 72,
}  # fmt: skip

# Names that a program reads, and the forms for narrow columns; their labels are on the page.
NOT_READ = re.compile(r"(?:^|[._])(?:key|keys|code|short|mark|name_key)$|_key$")


class Planter:
    """Builds a piece of the record with something in every field, and a word of its own in every
    free text."""

    def __init__(self) -> None:
        self.numbers = itertools.count(1)
        self.planted: dict[str, str] = {}  # word → path of the field

    def part(self, kind: type[Part], path: str) -> dict[str, Any]:
        hints = get_type_hints(kind, include_extras=True)
        return {
            name: WORDS[name] if name in WORDS and self._fixed(kind, name) else
            self.value(hints[name], f"{path}.{name}")
            for name in kind.model_fields
        }  # fmt: skip

    @staticmethod
    def _fixed(kind: type[Part], name: str) -> bool:
        return kind.__name__.startswith("Map") or name != "segments"

    def value(self, hint: Any, path: str) -> Any:
        origin, args = get_origin(hint), get_args(hint)
        if origin is Annotated:
            if args[0] is str and not any(isinstance(a, StringConstraints) for a in args[1:]):
                word = f"planted{next(self.numbers):04}word"
                self.planted[word] = path
                return word
            return self.value(args[0], path)
        if origin in (Union, UnionType):
            return self.value(next(a for a in args if a is not NoneType), path)
        if origin is Literal:
            return args[-1]
        if origin is tuple:
            return [self.value(args[0], path)]
        if origin is dict:
            return {"class": "B", "inputs": {"albumin": 40}}
        if isinstance(hint, type) and issubclass(hint, Part):
            return self.part(hint, path)
        return {
            str: "key", bool: False, int: 3, float: 4.5,
            dt.date: "2026-11-12", AwareDatetime: samples.at(5),
        }[hint]  # fmt: skip


def cases_with_everything(planter: Planter) -> Iterator[dict[str, Any]]:
    """One case for each kind of investigation and of outcome, every field filled."""
    for number, kind in enumerate(("imaging", "pathology", "other"), start=1):
        case = planter.part(MinutesCase, "case")
        case |= {"position": number, "code": f"BR-04{number:02}"}
        case["investigations"][0]["kind"] = kind
        case["tumour_map"][0] |= {"side": ("referring", "board", "board")[number - 1]}
        yield case


@pytest.fixture
def signed(app: Flask, person: Callable[..., int]) -> tuple[int, Planter, int]:
    """A signed record in which every free text of a case is a word of its own."""
    planter = Planter()
    chair = person("chair")
    document = MinutesDocument.model_validate(samples.content(list(cases_with_everything(planter))))
    meeting, _ = make_meeting(app)
    with app.app_context(), write_transaction() as session:
        session.add(
            Minutes(
                meeting_id=meeting,
                content=record_of(document),
                content_hash=content_hash(document),
                signed_by_id=chair,
            )
        )
        session.get_one(Meeting, meeting).status = MeetingStatus.SIGNED
    return meeting, planter, chair


def test_every_free_text_of_a_case_is_on_the_page(
    signed: tuple[int, Planter, int], sign_in: Callable[[int], FlaskClient]
) -> None:
    meeting, planter, chair = signed
    answer = sign_in(chair).get(f"/meetings/{meeting}/minutes")
    assert answer.status_code == 200
    page = html.unescape(answer.text).casefold()
    read = {w: path for w, path in planter.planted.items() if not NOT_READ.search(path)}
    assert len(read) > 200
    assert sorted({path for word, path in read.items() if word not in page}) == []


def test_what_is_long_is_in_a_fold_that_is_closed_at_first(
    signed: tuple[int, Planter, int], sign_in: Callable[[int], FlaskClient]
) -> None:
    meeting, planter, chair = signed
    page = sign_in(chair).get(f"/meetings/{meeting}/minutes").text
    folds = page.split('<details class="fold minutes-discussed"><summary>')[1:]
    assert len(folds) == 3
    summary = next(word for word, path in planter.planted.items() if path == "case.summary")
    assert folds[0].startswith("The case as it was discussed</summary>")
    assert summary in folds[0].split("</details>")[0]


def test_what_identifies_a_patient_can_be_hidden_in_the_fold_too(
    signed: tuple[int, Planter, int], sign_in: Callable[[int], FlaskClient]
) -> None:
    meeting, planter, chair = signed
    page = sign_in(chair).get(f"/meetings/{meeting}/minutes").text
    bare = re.sub(r'<span class="patient-name"><span>.*?</span></span>', "", page)
    for field in ("case.patient.name", "case.patient.record_number"):
        for word in (word for word, path in planter.planted.items() if path == field):
            assert word in page
            assert word not in bare
    assert "12 Nov 2026" in page
    assert "born 12 Nov 2026" not in bare
