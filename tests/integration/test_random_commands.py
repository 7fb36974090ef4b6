"""Random commands of random people, over HTTP, and what must hold after each of them.

Nothing here knows what is allowed when: a command may be refused or not. But a refusal changes
nothing, no number is missing, every screen equals a fresh load, what is sealed stays so, versions
grow, a repeat is done once, a final decision is complete, what is signed stays as it is, and the
audit trail is whole.

The commands are the same in every run of the tests; RANDOM_RUNS=100 in the environment tries as
many other meetings.
"""

from __future__ import annotations

import os
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from boardroom.cases.models import Case
from boardroom.consensus.models import Consensus
from boardroom.live import push
from boardroom.meetings.models import MeetingStatus
from boardroom.opinions.models import Opinion
from tests.integration.deciding import complete
from tests.integration.meeting_samples import CORE
from tests.integration.random_board import CASES, PEOPLE, RandomBoard, settle_people
from tests.integration.test_minutes import hash_on

MORE_RUNS = int(os.environ.get("RANDOM_RUNS", "0"))
RUNS, STEPS = MORE_RUNS or 6, 50

anybody = st.sampled_from(list(PEOPLE))
runs_it = st.sampled_from(["chair"] * 6 + ["coordinator", "surgery", "observer"])
doctor = st.sampled_from([*CORE, "second surgeon", "chair", "observer"])
case = st.integers(0, CASES - 1)
MORE = ["pathology", "interventional_radiology"]  # beyond the quorum
FIELDS = [
    ("question", "What now?"), ("question", "And then?"), ("diagnosis", "crlm"),
    ("summary", "Read anew."), ("patient-name", "Mx Invented"), ("first_verdict", "resectable"),
    ("wishes", "To be at home."), ("ecog", "1"),
]  # fmt: skip
before_the_board = st.sampled_from([True, True, True, False])


class Commands(RuleBasedStateMachine):
    """One meeting, in which anything is tried."""

    def __init__(self, board: RandomBoard) -> None:
        super().__init__()
        self.board = board

    def teardown(self) -> None:
        self.board.end()

    def item(self, current: bool, number: int) -> int:
        """The case before the board, or any."""
        return (self.board.now().current_item_id if current else None) or self.board.items[number]

    def on_item(self, who: str, item: int, verb: str, **form: Any) -> Any:
        return self.board.post(who, self.board.at(f"items/{item}/{verb}"), **form)

    def of(self, item: int) -> int:
        return self.board.cases[self.board.items.index(item)]

    # ---- The chair's ----

    @initialize(starts=before_the_board, comes=st.booleans())
    def begin(self, starts: bool, comes: bool) -> None:
        if starts:
            self.board.post("chair", self.board.at("start"))
            for who in CORE if comes else ():
                self.board.comes_or_goes(who, True)
            self.board.post("chair", self.board.at("next"), after=0)

    @rule(who=runs_it)
    def start(self, who: str) -> None:
        self.board.post(who, self.board.at("start"))

    @rule(who=runs_it, leave=st.booleans())
    def go_on(self, who: str, leave: bool) -> None:
        after = self.board.now().current_item_id or 0
        self.board.post(who, self.board.at("next"), after=after, leave="yes" if leave else "")

    @rule(who=runs_it, number=case)
    def take(self, who: str, number: int) -> None:
        self.on_item(who, self.board.items[number], "take")

    @rule(who=runs_it, current=before_the_board, number=case)
    def reveal(self, who: str, current: bool, number: int) -> None:
        self.on_item(who, self.item(current, number), "reveal")

    @rule(who=runs_it, current=before_the_board, number=case, provisional=st.booleans())
    def close_case(self, who: str, current: bool, number: int, provisional: bool) -> None:
        form = {"provisional": "yes"} if provisional else {}
        self.on_item(who, self.item(current, number), "close", **form)

    @rule(who=runs_it, current=before_the_board, number=case)
    def defer(self, who: str, current: bool, number: int) -> None:
        reasons = self.board.app.extensions["boards"]["liver"].deferral_reasons
        self.on_item(who, self.item(current, number), "defer", reason=reasons[0].key)

    @precondition(lambda self: self.board.now().seq > 25)
    @rule(who=runs_it)
    def close(self, who: str) -> None:
        self.board.post(who, self.board.at("close"))

    @rule(who=runs_it, whom=anybody)
    def let_present(self, who: str, whom: str) -> None:
        self.board.post(who, self.board.at("presenter"), person=self.board.people[whom])

    @rule(who=runs_it, order=st.permutations(range(CASES)), stale=st.booleans())
    def order(self, who: str, order: list[int], stale: bool) -> None:
        ids = ",".join(str(self.board.items[n]) for n in order)
        version = self.board.now().agenda_version - stale
        self.board.post(who, self.board.at("agenda/order"), order=ids, agenda_version=version)

    @rule(who=runs_it, number=case, on=st.booleans())
    def list_or_not(self, who: str, number: int, on: bool) -> None:
        if on:
            form = {"case": self.board.cases[number], "override": "It cannot wait."}
            self.board.post(who, self.board.at("agenda"), **form)
            self.board.listed_again()
        else:
            self.on_item(who, self.board.items[number], "remove")

    @rule(who=runs_it, number=case, minutes=st.integers(5, 9), presents=doctor)
    def allot(self, who: str, number: int, minutes: int, presents: str) -> None:
        form = {"minutes": minutes, "presenter": self.board.people[presents]}
        self.on_item(who, self.board.items[number], "time", **form)

    @precondition(lambda self: self.board.now().status == MeetingStatus.CLOSED)
    @rule(who=runs_it)
    def sign_minutes(self, who: str) -> None:
        read = self.board.clients["chair"].get(self.board.at("minutes"))
        self.board.post(who, self.board.at("minutes/sign"), hash=hash_on(read.text))

    # ---- The case ----

    @rule(who=runs_it, current=before_the_board, number=case, field=st.sampled_from(FIELDS))
    def edit(self, who: str, current: bool, number: int, field: tuple[str, str]) -> None:
        key = self.of(self.item(current, number))
        version = self.board.version(Case, Case.id == key)
        self.board.post(who, f"/cases/{key}/save", version=version, **dict([field]))

    @rule(who=runs_it, current=before_the_board, number=case, needed=st.sets(st.sampled_from(MORE)))
    def need(self, who: str, current: bool, number: int, needed: set[str]) -> None:
        key = self.of(self.item(current, number))
        self.board.post(who, f"/cases/{key}/needed", needed=sorted(needed))

    @rule(who=runs_it, number=case, way=st.sampled_from(["simple", "complex"]))
    def triage(self, who: str, number: int, way: str) -> None:
        self.board.post(who, f"/cases/{self.board.cases[number]}/complexity", complexity=way)

    @rule(who=doctor, comes=st.booleans())
    def come_or_go(self, who: str, comes: bool) -> None:
        self.board.comes_or_goes(who, comes)

    # ---- Opinions and comments ----

    def view(self, who: str, item: int, **more: Any) -> dict[str, Any]:
        known = self.board.version(
            Opinion,
            Opinion.case_id == self.of(item),
            Opinion.person_id == self.board.people[who],
        )
        words = self.board.secret(self.of(item), who)
        return {"version": known, "rationale": words} | more

    @rule(who=doctor, current=before_the_board, number=case)
    def draft(self, who: str, current: bool, number: int) -> None:
        item = self.item(current, number)
        form = self.view(who, item, _was="{}")
        self.board.post(who, f"/cases/{self.of(item)}/opinion/draft", **form)

    @rule(
        who=doctor,
        current=before_the_board,
        number=case,
        way=st.sampled_from(["submit", "submit", "shift"]),
        verdict=st.sampled_from(["resectable", "convertible"]),
        sealed=st.booleans(),
    )
    def opinion(
        self, who: str, current: bool, number: int, way: str, verdict: str, sealed: bool
    ) -> None:
        item = self.item(current, number)
        more = {"shift_reason": "Heard the others."} if way == "shift" else {}
        form = self.view(
            who, item, verdict=verdict, confidence="3", rest="outside_field",
            expects="sealed" if sealed else "open", **more,
        )  # fmt: skip
        self.board.post(who, f"/cases/{self.of(item)}/opinion/{way}", **form)

    @rule(who=anybody, current=before_the_board, number=case)
    def comment(self, who: str, current: bool, number: int) -> None:
        item = self.item(current, number)
        self.board.post(who, f"/cases/{self.of(item)}/comments", body="Seen at last?")

    # ---- The consensus ----

    @rule(who=doctor, verb=st.sampled_from(["take", "take", "ask", "give"]), whom=doctor)
    def pen(self, who: str, verb: str, whom: str) -> None:
        form = {"person": self.board.people[whom]} if verb == "give" else {}
        self.board.post(who, self.board.at(f"pen/{verb}"), **form)

    def writer(self, other: str, holder: bool) -> str:
        held = self.board.now().pen_holder_id
        names = {key: name for name, key in self.board.people.items()}
        return names[held] if holder and held is not None else other

    @rule(
        who=doctor, holder=before_the_board, current=before_the_board, number=case,
        stale=st.booleans(), whole=st.booleans(), words=st.sampled_from(["One.", "Two."]),
    )  # fmt: skip
    def write(
        self, who: str, holder: bool, current: bool, number: int, stale: bool, whole: bool,
        words: str,
    ) -> None:  # fmt: skip
        item = self.item(current, number)
        version = self.board.version(Consensus, Consensus.item_id == item)
        fields = complete(self.board.app.extensions["boards"]["liver"]) if whole else {}
        form = fields | {"rationale": words, "version": max(0, version - stale)}
        self.on_item(self.writer(who, holder), item, "consensus", **form)

    @rule(
        who=doctor, current=before_the_board, number=case, stale=st.booleans(),
        kind=st.sampled_from(["agree", "reservation", "dissent"]), all_of_them=st.booleans(),
    )  # fmt: skip
    def sign(
        self, who: str, current: bool, number: int, stale: bool, kind: str, all_of_them: bool
    ) -> None:
        item = self.item(current, number)
        version = self.board.version(Consensus, Consensus.item_id == item)
        for signer in CORE if all_of_them else (who,):
            self.on_item(
                signer, item, "sign-off", kind="agree" if all_of_them else kind, text="So it is.",
                reopen_condition="It grows.", consensus_version=max(0, version - stale),
            )  # fmt: skip

    # ---- The network's ----

    @rule()
    def again(self) -> None:
        self.board.again()


@pytest.fixture
def boards(app: Flask, monkeypatch: pytest.MonkeyPatch) -> Callable[[], RandomBoard]:
    """Makes boards, one after the other; the newest one's screens hear the pushes."""
    people = settle_people(app)
    made: list[RandomBoard] = []

    def emit(event: str, message: dict[str, Any], **more: Any) -> None:
        made[-1].pushed(event, message, **more)

    def make() -> RandomBoard:
        made.append(RandomBoard(app, people))
        return made[-1]

    monkeypatch.setattr(push.socketio, "emit", emit)
    return make


def test_whatever_people_try_what_must_hold_holds(boards: Callable[[], RandomBoard]) -> None:
    run_state_machine_as_test(
        lambda: Commands(boards()),
        settings=settings(
            max_examples=RUNS,
            stateful_step_count=STEPS,
            derandomize=not MORE_RUNS,
            phases=[Phase.generate],  # to find the shortest way to a failure takes minutes
            database=None,
            deadline=None,
            suppress_health_check=list(HealthCheck),
            print_blob=False,
        ),
    )


def test_what_a_coordinator_changes_is_on_every_screen(boards: Callable[[], RandomBoard]) -> None:
    """Also on those that wait for the meeting to begin."""
    board = boards()
    board.every = len(board.held)
    for _ in ("planned", "live"):
        first, second, third = board.items
        version = board.now().agenda_version
        for path, form in (
            (f"/cases/{board.cases[0]}/save", {"version": 1, "patient-name": "Mx Invented"}),
            (f"/cases/{board.cases[0]}/needed", {"needed": ["pathology"]}),
            (f"/cases/{board.cases[0]}/needed", {"needed": []}),
            (f"/cases/{board.cases[0]}/complexity", {"complexity": "complex"}),
            (f"/cases/{board.cases[0]}/complexity", {"complexity": "simple"}),
            (
                board.at("agenda/order"),
                {"order": f"{third},{second},{first}", "agenda_version": version},
            ),
            (
                board.at("agenda/order"),
                {"order": f"{first},{second},{third}", "agenda_version": version + 1},
            ),
            (board.at(f"items/{second}/time"), {"minutes": 12, "presenter": ""}),
            (board.at(f"items/{third}/remove"), {}),
            (board.at("agenda"), {"case": board.cases[2], "override": "It cannot wait."}),
        ):
            board.post("coordinator", path, **form)
            board.listed_again()
        if board.now().status == "planned":
            board.post("chair", board.at("start"))
            board.post("chair", board.at("next"), after=0)
    board.end()
