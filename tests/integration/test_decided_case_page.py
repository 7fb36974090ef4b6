"""The page of a decided case: what was decided comes first."""

from __future__ import annotations

from collections.abc import Callable

from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import select

from boardroom.cases.models import Case, CaseStatus
from boardroom.db import db


def test_what_was_decided_is_said_at_the_top_and_comes_before_what_led_to_it(
    demo: Flask, as_: Callable[[str], FlaskClient]
) -> None:
    with demo.app_context():
        code = "BR-0019"
        case = db.session.scalars(select(Case.id).where(Case.code == code)).one()
        undecided = db.session.scalars(
            select(Case.id).where(Case.status == CaseStatus.LISTED)
        ).first()
    page = as_("coordinator").get(f"/cases/{case}").text
    assert 'href="#decision"' in page.split("<h1")[1].split('id="question-')[0]
    order = [page.index(f'id="{part}"') for part in ("decision", "letters", "opinions", "tests")]
    assert order == sorted(order)
    page = as_("coordinator").get(f"/cases/{undecided}").text
    assert 'href="#decision"' not in page
    assert page.index('id="tests"') < page.index('id="opinions"')
