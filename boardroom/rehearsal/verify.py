"""After the meeting: is everything that was acknowledged in the record, and only once?"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from html import unescape

from boardroom.rehearsal.colleague import Colleague
from boardroom.rehearsal.ledger import Action, Ledger

# what somebody did → the kind of change that the meeting's log has for it
EVENTS = {
    "start": "meeting_started",
    "take": "case_taken",
    "presenter": "presenter_changed",
    "opinion": "opinion_submitted",
    "comment": "commented",
    "reveal": "opinions_revealed",
    "shift": "opinion_shifted",
    "pen": "pen_handed",
    "save": "consensus_saved",
    "sign_off": "signed_off",
    "defer": "case_deferred",
    "close_case": "case_closed",
    "close": "meeting_closed",
}


async def verify(
    ledger: Ledger, meeting: int, codes: dict[int, str], reader: Colleague, authors: list[Colleague]
) -> None:
    """Fill in how often each acknowledged action is found. `codes`: of the cases, by their keys.

    Texts are looked for in the minutes as JSON, in the threads, and, where a case was put off and
    its opinions are still sealed, on their authors' own pages.
    A draft was looked for by its author.
    """
    document = json.loads(await reader.text(f"/meetings/{meeting}/minutes.json"))
    texts = {case["code"]: json.dumps(case, ensure_ascii=False) for case in document["cases"]}
    threads: dict[int, str] = {}
    by_name = {author.name: author for author in reversed(authors)}
    own_pages: dict[tuple[str, int], str] = {}
    for action in ledger.actions:
        if not action.acknowledged or action.times_found is not None:
            continue
        if action.case_id is None or not action.token:
            action.times_found = int(ledger.kinds.get(action.seq or 0) == EVENTS[action.kind])
            continue
        case = action.case_id
        if action.kind == "comment":
            if case not in threads:
                threads[case] = unescape(await reader.text(f"/cases/{case}/comments", part=True))
            action.times_found = threads[case].count(action.token)
            continue
        action.times_found = texts.get(codes[case], "").count(action.token)
        if action.times_found == 0 and action.kind == "opinion":
            key = (action.who, case)
            if key not in own_pages:
                page = await by_name[action.who].text(f"/cases/{case}/opinion")
                own_pages[key] = unescape(page)
            action.times_found = int(action.token in own_pages[key])
    count_events(ledger)
    for action in ledger.actions:
        if action.acknowledged and not action.times_found:
            ledger.error(f"not found: {action.kind} of {action.who} {action.token} {action.seq}")


def count_events(ledger: Ledger) -> None:
    """An action that was carried out twice left two changes in the meeting's log."""
    done: dict[str, list[Action]] = defaultdict(list)
    for action in ledger.actions:
        if action.acknowledged and action.kind in EVENTS:
            done[EVENTS[action.kind]].append(action)
    logged = Counter(ledger.kinds.values())
    for kind, actions in done.items():
        if (more := logged[kind] - len(actions)) > 0:
            actions[-1].times_found = (actions[-1].times_found or 0) + more
            ledger.error(f"{logged[kind]} changes of the kind {kind} for {len(actions)} actions")
        elif more < 0:
            ledger.error(f"{-more} changes of the kind {kind} were pushed to nobody")
