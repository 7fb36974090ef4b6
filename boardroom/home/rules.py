"""What a board needs before it can meet for the first time. Pure."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from boardroom.boards.definition import BoardDefinition


@dataclass(frozen=True)
class Step:
    """One first step. `what`: "invite" (with `role`, and `specialty` of a specialist), "refer" or
    "plan"."""

    what: str
    words: str
    done: bool
    role: str = ""
    specialty: str = ""


def first_steps(
    board: BoardDefinition,
    places: Iterable[tuple[str, str | None]],
    *,
    has_cases: bool,
    has_meetings: bool,
) -> list[Step]:
    """The steps in their order, none where all are done.

    `places`: (role, specialty) of everybody on the board, invited people too.
    """
    here = list(places)
    roles = {role for role, _ in here}
    voices = {s for role, s in here if s and role not in ("observer", "referrer")}
    missing = board.quorum_missing(voices)
    steps = [
        Step("invite", "A chair, who runs the meetings", "chair" in roles, "chair"),
        Step("invite", "A coordinator, who takes referrals in", "coordinator" in roles,
             "coordinator"),
        *(
            Step(
                "invite",
                f"{board.specialty(key).name}, which quorum needs",
                key not in missing,
                "specialist",
                key,
            )
            for key in board.quorum.specialties
        ),
        Step("refer", "The first referral", has_cases),
        Step("plan", "The first meeting", has_meetings),
    ]  # fmt: skip
    return steps if any(not step.done for step in steps) else []
