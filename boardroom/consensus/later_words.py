"""What a later word on a provisional decision says, and what is still lacking after it. Pure.

The same words on the case, in minutes and in letters: a dissent is never called a confirmation, and
a chair who speaks for an absent specialty is not taken for one of it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass

from boardroom.consensus.awaiting import CHANGED_SINCE, NOT_SIGNED
from boardroom.text import condition

RESERVATION, DISSENT = "reservation", "dissent"

QUORUM, ALSO_NEEDED = "Without quorum: ", "This case needs "


def spoken(kind: str) -> str:
    """ "dissents" or "agrees with reservation"; nothing for a plain agreement."""
    return {RESERVATION: "agrees with reservation", DISSENT: "dissents"}.get(kind, "")


def head(specialty: str, person: str, on: str, *, kind: str, by_chair: bool) -> str:
    """Who said what on which day: "Confirmed by Hepatology, Dr Invented, 26 Nov 2026", or
    "Oncology, Dr Invented, dissents (26 Nov 2026)". `specialty`: its name, empty for the chair;
    `person`: empty where only specialties are told, as in letters."""
    name = f", {person}" if person else ""
    if word := spoken(kind):
        return f"{specialty or 'The chair'}{f'{name},' if name else ''} {word} ({on})"
    if by_chair and specialty:
        return f"Confirmed for {specialty}, by the chair{name}, {on}"
    return f"Confirmed by {specialty or 'the chair'}{name}, {on}"


def body(text: str, reopen_condition: str = "") -> str:
    """What was said, and when to open the case again."""
    parts = [" ".join(text.split())]
    if reopen_condition:
        parts.append(f"Open again if: {condition(reopen_condition)}")
    parts = [part for part in parts if part]
    if len(parts) < 2:
        return "".join(parts)
    return " ".join(part if part.endswith((".", "!", "?")) else f"{part}." for part in parts)


def advised(against: Iterable[Sequence[str]]) -> list[str]:
    """Who had advised against what is chosen when it was confirmed, each sentence once.

    It stands apart from the confirmations: behind one, it reads as if whoever confirmed had said
    it. `against`: what was kept with each later word.
    """
    return list(dict.fromkeys(str(line) for lines in against for line in lines))


@dataclass(frozen=True)
class Said:
    """A later word for a line of progress: whose, of which kind, and on which day in words.
    `specialty`: its name, empty for the chair; `by_chair`: a chair said it for the specialty."""

    specialty: str
    kind: str
    on: str
    by_chair: bool = False

    @property
    def who(self) -> str:
        """ "Hepatology (26 Nov 2026)"."""
        who = f"the chair for {self.specialty}" if self.by_chair else self.specialty or "the chair"
        return f"{who} ({self.on})"


def since(said: Sequence[Said]) -> str:
    """How a decision was made final: "confirmed since by Hepatology (26 Nov 2026), dissent by
    Oncology (27 Nov 2026)". Where all dissent nothing is called confirmed."""

    def by(kind: str) -> str:
        who = [one.who for one in said if spoken(one.kind) == spoken(kind)]
        return f"{', '.join(who[:-1])} and {who[-1]}" if len(who) > 1 else "".join(who)

    plain, reserved, against = by(""), by(RESERVATION), by(DISSENT)
    reservation = f"with reservation by {reserved}" if reserved else ""
    parts = (
        [f"confirmed since by {plain}", reservation]
        if plain
        else [f"confirmed since {reservation}" if reserved else ""]
    )
    return ", ".join(filter(None, (*parts, f"dissent by {against}" if against else "")))


def final_since(said: Sequence[Said]) -> str:
    """`since`, and that it is final where nobody confirmed it."""
    words = since(said)
    if words.startswith("confirmed"):
        return words
    return f"final since, {words}" if words else "final since"


def outcome(kinds: Collection[str]) -> str:
    """`final_since` in a word or two: "confirmed since, with dissent"."""
    spoke = {spoken(kind) for kind in kinds}
    head = "confirmed since" if spoke - {spoken(DISSENT)} else "final since"
    beside = [kind for kind in (RESERVATION, DISSENT) if spoken(kind) in spoke]
    return f"{head}, with {' and '.join(beside)}" if beside else head


def still_lacking(
    reasons: Sequence[str], names: Collection[str], said: Collection[str]
) -> list[str]:
    """Why a decision is provisional still: the reasons without the specialties that spoke since.

    `reasons`: in the words of `rules.open_points`. `names`: of all specialties; `said`: of those
    that spoke since.
    """
    left = (_without(reason, names, said) for reason in map(str, reasons))
    return [reason for reason in left if reason]


def _without(reason: str, names: Collection[str], said: Collection[str]) -> str:
    start = next(
        (s for s in (NOT_SIGNED, CHANGED_SINCE, QUORUM, ALSO_NEEDED) if reason.startswith(s)), ""
    )
    found = _named(reason, names) if start else []
    if not found or not set(found) & set(said):
        return reason
    left = [name for name in found if name not in said]
    if not left:
        return ""
    who = left[0] if len(left) == 1 else f"{', '.join(left[:-1])} and {left[-1]}"
    are = "is" if len(left) == 1 else "are"
    end = {
        NOT_SIGNED: ".",
        CHANGED_SINCE: " signed off.",
        QUORUM: f" {are} missing.",
        ALSO_NEEDED: f" too, which {are} missing.",
    }[start]
    return f"{start}{who}{end}"


def _named(reason: str, names: Collection[str]) -> list[str]:
    """The specialties that a reason names, in its order. The longest names are looked for first:
    one can be the end of another."""
    rest, found = reason, {}
    for name in sorted(filter(None, names), key=len, reverse=True):
        at = rest.find(name)
        if at >= 0:
            found[name] = at
            rest = rest.replace(name, " " * len(name))
    return sorted(found, key=lambda name: found[name])
