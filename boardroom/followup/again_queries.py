"""What two rounds of a case say differently: maps, values and lesions, and the response in them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from boardroom.aids.reading import read_of, record_of
from boardroom.cases.models import Case
from boardroom.cases.response import Answer, Beyond, answer
from boardroom.cases.since import Change, Looked, changes
from boardroom.clinical.case_inputs import invasion, spread
from boardroom.clinical.read_facts import Read
from boardroom.clinical.reread import compare, without_the_other_side
from boardroom.followup.queries import today_of
from boardroom.web import short_day

BACKWARDS = "The images of this round ({now}) are older than those of the round before ({then})."
# What the table of values and lesions does not say already
_MAP_KINDS = frozenset({"li_rads", "features", "contact", "portal", "vein", "duct", "spread"})


@dataclass(frozen=True)
class Since:
    """What changed between two rounds. `on_the_map`: what their maps say differently beyond the
    lesions' sizes, in words; `answer`: by mRECIST."""

    changes: list[Change]
    on_the_map: list[str]
    answer: Answer | None


def since(earlier: Case, later: Case) -> Since:
    """What changed from one round to a later one; a renumbered lesion is found by its place."""
    then, now = read_of(earlier), read_of(later)
    looked = Looked(then is not None, now is not None)
    pairs, on_the_map = _maps(earlier, later, then, now)
    beyond = (_beyond(earlier, then), _beyond(later, now, (earlier, then)))
    found = answer(earlier.lesions, later.lesions, pairs, beyond, looked)
    if found is not None and then and now and then.on and now.on and now.on < then.on:
        found = Answer("", why=BACKWARDS.format(now=short_day(now.on), then=short_day(then.on)))
    return Since(changes(earlier, later, pairs, looked), on_the_map, found)


def _maps(
    earlier: Case, later: Case, then: Read | None, now: Read | None
) -> tuple[dict[int, int] | None, list[str]]:
    """(which lesion of then is which of now, what else differs); (None, []) without two maps."""
    if then is None or now is None:
        return None, []
    found = compare(
        without_the_other_side(then.findings),
        without_the_other_side(now.findings),
        (earlier.code, later.code),
    )
    words = [one.words for one in found.differences if one.kind in _MAP_KINDS]
    return dict(found.pairs), words


def _beyond(
    case: Case, read: Read | None, earlier: tuple[Case, Read | None] | None = None
) -> Beyond:
    """What the case knows outside its lesions: the reading that counts, else the facts.

    What is stated of new lesions counts where the earlier round has not stated it already, and is
    no older than that round's images.
    """
    record = record_of(case, today_of(case.board), read)
    return Beyond(
        spread(record).value,
        read.findings.sites if read is not None else (),
        invasion(record).value,
        record.text("portal_invasion"),
        record.text("hepatic_vein_invasion"),
        new_lesion=_stated(record.fact("new_lesion"), earlier) == "yes",
        others=_stated(record.fact("nontarget_state"), earlier),
    )


def _stated(fact: Any, earlier: tuple[Case, Read | None] | None) -> str:
    """A fact's value where it is of the later round alone, else ""."""
    if fact is None or earlier is None:
        return ""
    case, read = earlier
    before = {(one.key, one.value, one.taken_on) for one in case.facts}
    images = read.on if read is not None and read.on is not None else case.referred_on
    older = images is not None and fact.taken_on is not None and fact.taken_on <= images
    known = (fact.key, fact.value, fact.taken_on) in before
    return "" if older or known else str(fact.value)
