"""Who advises against what is chosen, from the opened opinions."""

from __future__ import annotations

from boardroom.consensus import queries
from boardroom.consensus.rules import content_of
from boardroom.meetings.models import AgendaItem
from boardroom.meetings.queries import board_of
from boardroom.opinions.divergence import Objection, divergence
from boardroom.opinions.queries import revealed_opinions
from boardroom.text import unstopped


def objections_to(item: AgendaItem) -> tuple[Objection, ...]:
    """Who advises against what is chosen so far; nothing before the reveal."""
    if item.revealed_at is None:
        return ()
    fates = content_of(queries.consensus_of(item)).dispositions
    found = divergence(
        revealed_opinions(item.case_id),
        board_of(item.meeting),
        item.case.first_verdict,
        dispositions={option: fate.disposition for option, fate in fates.items()},
    )
    return found.objections


def in_words(found: tuple[Objection, ...]) -> list[str]:
    """A sentence for each option chosen: 'Advised against what is chosen: Oncology, “It grows”.'

    Where several options are opposed, each sentence names its own.
    """
    return [
        f"Advised against what is chosen{f' ({option})' if option else ''}: {who}."
        for option, who in _opposed(found)
    ]


def under_a_heading(found: tuple[Objection, ...]) -> list[str]:
    """The same below a heading that says what they advise against: 'Oncology, “It grows”.'"""
    return [f"{f'{option}: ' if option else ''}{who}." for option, who in _opposed(found)]


def _opposed(found: tuple[Objection, ...]) -> list[tuple[str, str]]:
    """(option, who with their reasons); the option is empty where only one is opposed."""
    lines = []
    for one in found:
        said: dict[str, list[str]] = {}
        for _, specialty, reason in one.against:
            said.setdefault(specialty, []).extend([f"“{unstopped(reason)}”"] if reason else [])
        who = "; ".join(", ".join((name, *reasons)) for name, reasons in said.items())
        lines.append((one.option.label if len(found) > 1 else "", who))
    return lines
