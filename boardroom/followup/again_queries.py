"""What two rounds of a case say differently: maps, values and lesions, and the response in them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from types import SimpleNamespace
from typing import Any

from flask import g, has_request_context, request

from boardroom.aids.record import read_in, record_of, suits
from boardroom.boards.definition import BoardDefinition
from boardroom.cases.earlier import rounds_before
from boardroom.cases.models import Case
from boardroom.cases.response import NOTHING_STATED, Answer, Before, Beyond, Line, answer
from boardroom.cases.since import Change, Looked, changes
from boardroom.cases.treated import given_on
from boardroom.clinical.case_inputs import invasion, spread
from boardroom.clinical.from_facts import CaseRecord
from boardroom.clinical.read_facts import Read, facts_read
from boardroom.clinical.reread import compare, pair, without_the_other_side
from boardroom.clinical.response import present_began
from boardroom.db import now
from boardroom.tumour_map.queries import latest
from boardroom.web import local, short_day

BACKWARDS = "The images of this round ({now}) are older than those of the round before ({then})."
SAME_IMAGES = "The images of this round and of the round before are of the same day ({now})."
MOST_ROUNDS = 20
"""How many rounds are looked back through; more than any patient has had."""
# What the table of values and lesions does not say already
_MAP_KINDS = frozenset({"li_rads", "features", "contact", "portal", "vein", "duct", "spread"})


@dataclass(frozen=True)
class Since:
    """What changed between two rounds. `on_the_map`: what their maps say differently beyond the
    lesions' sizes, in words; `answer`: by mRECIST."""

    changes: list[Change]
    on_the_map: list[str]
    answer: Answer | None


@dataclass(frozen=True)
class _Rounds:
    """Two rounds, read beside each other."""

    then: Read | None
    looked: Looked
    pairs: dict[int, int] | None
    on_the_map: list[str]
    answer: Answer | None


def since(earlier: Case, later: Case, units: str = "") -> Since:
    """What changed from one round to a later one; a renumbered lesion is found by its place.
    `units`: as for `changes`."""
    told = _told(earlier, later)
    read_then = (
        facts_read(told.then.findings, told.then.on, earlier.standing_facts)
        if told.then is not None and told.then.on is not None
        else {}
    )
    before, after = (
        SimpleNamespace(facts=case.standing_facts, lesions=case.lesions)
        for case in (earlier, later)
    )
    changed = changes(before, after, told.pairs, told.looked, read_then, units)
    return Since(changed, told.on_the_map, told.answer)


def _told(earlier: Case, later: Case) -> _Rounds:
    """The rounds beside each other; once for a page that is read, whose card, line and table all
    say it: nothing changes while it is made."""
    if not has_request_context() or request.method != "GET":
        return _beside(earlier, later)
    known: dict[tuple[int, int], _Rounds] = g.setdefault("rounds_told", {})
    both = earlier.id, later.id
    if both not in known:
        known[both] = _beside(earlier, later)
    return known[both]


def _beside(earlier: Case, later: Case) -> _Rounds:
    rounds = rounds_before(earlier, MOST_ROUNDS)
    sides = latest(one.id for one in (later, earlier, *rounds))
    reads = {case_id: read_in(of_case, later.board) for case_id, of_case in sides.items()}
    then, now = reads.get(earlier.id), reads.get(later.id)
    looked = Looked(
        then is not None and then.findings.tells_lesions,
        now is not None and now.findings.tells_lesions,
        then is None or not then.findings.uncountable,
        then.day if then is not None else None,
        now.day if now is not None else None,
        now is None or not now.findings.uncountable,
    )
    pairs, on_the_map = _maps(earlier, later, then, now)
    beyond = (_beyond(earlier, then), _beyond(later, now, (earlier, then)))
    found: Answer | None
    if why := _not_after(then, now):
        found = _of_statements(beyond[1], why)
    else:
        line = _line(earlier, later, rounds, reads, looked.now_on)
        found = answer(earlier.lesions, later.lesions, pairs, beyond, looked, line)
    return _Rounds(then, looked, pairs, on_the_map, found)


def response_words(case: Case, board: BoardDefinition, found: Since | None = None) -> str:
    """ "By mRECIST since BR-0401: PR, partial response: …"; "" for a first round, where there is
    nothing to tell, and for a tumour that mRECIST does not suit. `found`: where it is known."""
    earlier = case.earlier_case
    if earlier is None or "mrecist" not in suits(case, board)[0]:
        return ""
    told = (found or since(earlier, case)).answer
    if told is None:
        return ""
    known = "" if told.response else "not known. "
    return f"By mRECIST since {told.since(earlier.code)}: {known}{told.words}"


def _not_after(then: Read | None, now: Read | None) -> str:
    """Why two maps tell of no time between them; "" where they may."""
    if then is None or now is None or then.on is None or now.on is None or now.on > then.on:
        return ""
    words = SAME_IMAGES if now.on == then.on else BACKWARDS
    return words.format(now=short_day(now.on), then=short_day(then.on))


def _of_statements(now: Beyond, why: str) -> Answer:
    """Without two maps to compare: only what somebody wrote down is certain."""
    stated = replace(NOTHING_STATED, new_lesion=now.new_lesion, others=now.others)
    return answer((), (), None, (NOTHING_STATED, stated)) or Answer("", why=why)


def _line(
    earlier: Case,
    later: Case,
    rounds: Sequence[Case],
    reads: Mapping[int, Read | None],
    now: dt.date | None,
) -> Line:
    """The rounds before the earlier one, and when the treatment began that it was under since."""
    if not rounds:
        return Line(code=earlier.code)  # there is no other start than the earlier round
    then = reads.get(earlier.id)
    return Line(
        tuple(_before(one, reads.get(one.id), then) for one in rounds),
        earlier.code,
        _day_of(earlier, then),
        present_began(given_on(later, [*rounds, earlier]), now),
    )


def _before(case: Case, found: Read | None, then: Read | None) -> Before:
    """A round before the earlier one: its lesions, and which of `then` each of them is."""
    pairs = None
    if found is not None and then is not None:
        there, here = (without_the_other_side(x.findings).lesions for x in (found, then))
        pairs = {number: was for was, number in pair(there, here)}
    return Before(case.code, _day_of(case, found), tuple(case.lesions), pairs)


def _day_of(case: Case, read: Read | None) -> dt.date | None:
    """The day that a round counts by: that of its images, else of the referral."""
    return read.day if read is not None and read.day is not None else case.referred_on


def _maps(
    earlier: Case, later: Case, then: Read | None, now: Read | None
) -> tuple[dict[int, int] | None, list[str]]:
    """(which lesion of then is which of now, what else differs); (None, []) without two maps.

    A map that says nothing of lesions names none to be followed, nor does one that places none of
    too many to count.
    """
    if then is None or now is None:
        return None, []
    found = compare(
        without_the_other_side(then.findings),
        without_the_other_side(now.findings),
        (earlier.code, later.code),
    )
    words = [one.words for one in found.differences if one.kind in _MAP_KINDS]
    told = then.findings.tells_lesions and bool(now.findings.lesions or now.findings.none_seen)
    return dict(found.pairs) if told else None, words


def _beyond(
    case: Case, read: Read | None, earlier: tuple[Case, Read | None] | None = None
) -> Beyond:
    """What the case knows outside its lesions: the reading that counts, else the facts.

    What is stated of new lesions counts where the earlier round has not stated it already, and is
    no older than that round's images.
    """
    record = record_of(case, local(now(), case.board).date(), read)
    return Beyond(
        spread(record).value,
        read.findings.sites if read is not None else (),
        invasion(record).value,
        record.text("portal_invasion"),
        record.text("hepatic_vein_invasion"),
        new_lesion=_stated(record.fact("new_lesion"), earlier) == "yes",
        others=_stated(record.fact("nontarget_state"), earlier),
        sums=_sums(record, earlier),
    )


def _sums(record: CaseRecord, earlier: tuple[Case, Read | None] | None) -> str:
    """That the sums recorded progressed, by what the card of the tumour says; "" where they did
    not, or the newest is not of this round."""
    result, _ = record.of("mrecist")
    series = record.series("viable_sum_mm")
    if result is None or earlier is None or result.values.get("target_response") != "PD":
        return ""
    images = _images(*earlier)
    if images is not None and series[-1][0] <= images:
        return ""
    least, now = result.used["nadir_sum_viable_mm"], result.used["current_sum_viable_mm"]
    return f"the sum that is recorded, from {least:g} mm at the smallest to {now:g} mm"


def _images(case: Case, read: Read | None) -> dt.date | None:
    return read.on if read is not None and read.on is not None else case.referred_on


def _stated(fact: Any, earlier: tuple[Case, Read | None] | None) -> str:
    """A fact's value where it is of the later round alone, else ""."""
    if fact is None or earlier is None:
        return ""
    case, read = earlier
    before = {(one.key, one.value, one.taken_on) for one in case.standing_facts}
    images = _images(case, read)
    older = images is not None and fact.taken_on is not None and fact.taken_on <= images
    known = (fact.key, fact.value, fact.taken_on) in before
    return "" if older or known else str(fact.value)
