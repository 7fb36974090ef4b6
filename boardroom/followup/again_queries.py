"""What two rounds of a case say differently: maps, values and lesions, and the response in them."""

from __future__ import annotations

from collections.abc import Mapping

from boardroom.aids.reading import read_of, record_of
from boardroom.cases.models import Case
from boardroom.cases.response import Answer, Beyond, answer
from boardroom.cases.since import Change, changes
from boardroom.clinical.case_inputs import invasion, spread
from boardroom.clinical.reread import compare, without_the_other_side
from boardroom.followup.queries import today_of

# What the table of values and lesions does not say already
_MAP_KINDS = frozenset({"li_rads", "features", "contact", "portal", "vein", "duct", "spread"})


def read_again(earlier: Case, later: Case) -> tuple[dict[int, int] | None, list[str]]:
    """(which lesion of then is which of now, what else the maps say differently, in words).

    Without a reading in both rounds: (None, []).
    """
    then, now = read_of(earlier), read_of(later)
    if then is None or now is None:
        return None, []
    found = compare(
        without_the_other_side(then.findings),
        without_the_other_side(now.findings),
        (earlier.code, later.code),
    )
    words = [one.words for one in found.differences if one.kind in _MAP_KINDS]
    return dict(found.pairs), words


def changed_between(earlier: Case, later: Case) -> list[Change]:
    """Values and lesions that differ; a lesion that was renumbered is found by its place."""
    return changes(earlier, later, read_again(earlier, later)[0])


def answered(earlier: Case, later: Case, pairs: Mapping[int, int] | None) -> Answer | None:
    """How the earlier round's lesions answered, by mRECIST; `pairs` as from `read_again`."""
    then, now = _beyond(earlier), _beyond(later, earlier)
    return answer(earlier.lesions, later.lesions, pairs, (then, now))


def _beyond(case: Case, earlier: Case | None = None) -> Beyond:
    """What the case knows outside its lesions: the reading that counts, else the facts.

    What is stated of new lesions counts where the earlier round has not stated it already.
    """
    read = read_of(case)
    record = record_of(case, today_of(case.board), read)
    before = {(one.key, one.value, one.taken_on) for one in earlier.facts} if earlier else set()

    def since(key: str) -> str:
        fact = record.fact(key)
        if earlier is None or fact is None or (key, fact.value, fact.taken_on) in before:
            return ""
        return fact.value

    return Beyond(
        spread(record).value,
        read.findings.sites if read is not None else (),
        invasion(record).value,
        record.text("portal_invasion"),
        record.text("hepatic_vein_invasion"),
        new_lesion=since("new_lesion") == "yes",
        others=since("nontarget_state"),
    )
