"""Where the specialties differ: the picture behind the matrix. Pure.

It compares verdicts and stances, never people: nobody gets a score.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal

from boardroom.boards.definition import BoardDefinition
from boardroom.boards.reclassification import Outcome, another_way, reclassify

Kind = Literal["agreed", "split", "mixed", ""]

FOR, AGAINST = frozenset({"prefer", "acceptable"}), frozenset({"advise_against"})


@dataclass(frozen=True)
class Word:
    """A key and the board's words for it."""

    key: str
    label: str


@dataclass(frozen=True)
class OptionHead:
    """One column. ``disposition``: what the consensus does with it so far, or None."""

    key: str
    label: str
    short: str
    disposition: str | None = None


@dataclass(frozen=True)
class Cell:
    """How one person stands to one option. ``was``: the stance at the reveal, if it moved."""

    stance: str = ""
    reason: str = ""
    was: str = ""


@dataclass(frozen=True)
class Row:
    """One person's opinion, or the place of a core specialty that gave none (``verdict`` None)."""

    specialty_key: str
    specialty: str
    mark: str
    cells: tuple[Cell, ...]
    person: str = ""
    verdict: Word | None = None
    verdict_was: Word | None = None
    against_first: Outcome | None = None
    another_way: bool = False
    confidence: int | None = None
    late: bool = False
    shifted: bool = False


@dataclass(frozen=True)
class Summary:
    """One option over all rows. ``label``: "all", "none" or "3:1", those for to those against."""

    kind: Kind
    label: str
    supporters: tuple[str, ...] = ()  # names of specialties, one for each person
    opponents: tuple[str, ...] = ()


@dataclass(frozen=True)
class VerdictGroup:
    """Everybody who gave one verdict, against the first opinion's."""

    verdict: Word
    against_first: Outcome | None
    another_way: bool
    marks: tuple[tuple[str, str], ...]  # (mark, specialty), one for each person

    @property
    def count(self) -> int:
        return len(self.marks)


@dataclass(frozen=True)
class Objection:
    """An option that is chosen although specialties advise against it."""

    option: OptionHead
    against: tuple[tuple[str, str, str], ...]
    """(mark, specialty, reason), one for each person who advises against it."""

    @property
    def words(self) -> str:
        """ "SU and ON advise against Resection, which is chosen"."""
        marks = list(dict.fromkeys(mark for mark, _, _ in self.against))
        names = marks[0] if len(marks) == 1 else f"{', '.join(marks[:-1])} and {marks[-1]}"
        verb = "advises" if len(marks) == 1 else "advise"
        return f"{names} {verb} against {self.option.label}, which is chosen"


@dataclass(frozen=True)
class Divergence:
    """Specialties by options, with verdicts beside the first opinion's."""

    options: tuple[OptionHead, ...]
    rows: tuple[Row, ...]
    summary: tuple[Summary, ...]
    groups: tuple[VerdictGroup, ...]
    first: Word | None

    @property
    def given(self) -> int:
        """How many opinions there are."""
        return sum(row.verdict is not None for row in self.rows)

    @property
    def objections(self) -> tuple[Objection, ...]:
        """The options chosen so far that somebody advises against, with the reasons."""
        found = []
        for column, head in enumerate(self.options):
            if head.disposition != "chosen":
                continue
            against = tuple(
                (row.mark, row.specialty, row.cells[column].reason)
                for row in self.rows
                if row.cells[column].stance in AGAINST
            )
            if against:
                found.append(Objection(head, against))
        return tuple(found)

    @property
    def opposed(self) -> list[tuple[OptionHead, Summary]]:
        """The options that some are for and others advise against."""
        return [
            (head, summary)
            for head, summary in zip(self.options, self.summary, strict=True)
            if summary.supporters and summary.opponents
        ]


def divergence(
    opinions: Iterable[Any],
    board: BoardDefinition,
    first_verdict: str,
    *,
    dispositions: Mapping[str, str] | None = None,
    beyond: Collection[str] = (),
) -> Divergence:
    """Lay revealed opinions out for comparison.

    ``opinions`` have the attributes of `boardroom.opinions.models.Opinion`; those that are not
    revealed are left out, whoever passes them. ``dispositions``: {option key: disposition key}.
    ``beyond``: keys of the specialties that this case needs besides the core. Rows follow the
    board's order of specialties, then names; a specialty that is needed and gave no opinion has an
    empty row, because its silence belongs to the picture.
    """
    order = {s.key: place for place, s in enumerate(board.specialties)}
    shown = sorted(
        (o for o in opinions if o.status == "revealed"),
        key=lambda o: (order.get(o.specialty, len(order)), o.person.name, o.person_id),
    )
    rows = [_row(opinion, board, first_verdict) for opinion in shown]
    there = {row.specialty_key for row in rows}
    empty = tuple(Cell() for _ in board.options)
    rows += [
        Row(s.key, s.name, s.mark, empty)
        for s in board.specialties
        if (s.core or s.key in beyond) and s.key not in there
    ]
    rows.sort(key=lambda row: order.get(row.specialty_key, len(order)))  # keeps names in order
    kept = dispositions or {}
    return Divergence(
        options=tuple(
            OptionHead(o.key, o.name, o.short, kept.get(o.key) or None) for o in board.options
        ),
        rows=tuple(rows),
        summary=tuple(_summary(rows, column) for column in range(len(board.options))),
        groups=_groups(rows, board),
        first=_word(board, first_verdict),
    )


def _word(board: BoardDefinition, verdict: str) -> Word | None:
    if not verdict:
        return None
    return Word(verdict, next((v.short for v in board.verdicts if v.key == verdict), verdict))


def _row(opinion: Any, board: BoardDefinition, first_verdict: str) -> Row:
    known = next((s for s in board.specialties if s.key == opinion.specialty), None)
    verdict_then, stances_then = _at_the_reveal(opinion.shifts)
    return Row(
        specialty_key=opinion.specialty,
        specialty=known.name if known else opinion.specialty,
        mark=known.mark if known else opinion.specialty[:2].upper(),
        cells=tuple(
            _cell(opinion.stances.get(o.key, {}), stances_then.get(o.key)) for o in board.options
        ),
        person=opinion.person.name,
        verdict=_word(board, opinion.verdict) or Word("undetermined", "none"),
        verdict_was=_word(board, verdict_then)
        if verdict_then not in (None, opinion.verdict)
        else None,
        against_first=reclassify(first_verdict, opinion.verdict, board),
        another_way=another_way(first_verdict, opinion.verdict, board),
        confidence=opinion.confidence,
        late=opinion.submitted_at is not None
        and opinion.revealed_at is not None
        and opinion.submitted_at >= opinion.revealed_at,
        shifted=bool(opinion.shifts),
    )


def _at_the_reveal(shifts: Sequence[Any]) -> tuple[Any, dict[str, str]]:
    """The verdict (None: never moved) and stances before the first shift of each."""
    verdict: Any = None
    stances: dict[str, str] = {}
    for shift in shifts:
        if verdict is None and "verdict" in shift.changes:
            verdict = shift.changes["verdict"][0]
        for option, pair in shift.changes.get("stances", {}).items():
            stances.setdefault(option, pair[0])
    return verdict, stances


def _cell(entry: Mapping[str, str], was: str | None) -> Cell:
    stance = entry.get("stance", "")
    return Cell(stance, entry.get("reason", ""), was if was and was != stance else "")


def _summary(rows: Sequence[Row], column: int) -> Summary:
    said = [(row.specialty, row.cells[column].stance) for row in rows]
    pro = tuple(name for name, stance in said if stance in FOR)
    contra = tuple(name for name, stance in said if stance in AGAINST)
    if not pro and not contra:
        return Summary("", "")
    if pro and contra:
        # A preference against a warning is the disagreement that the board has to talk about.
        preferred = any(stance == "prefer" for _, stance in said)
        return Summary("split" if preferred else "mixed", f"{len(pro)}:{len(contra)}", pro, contra)
    if len(pro) + len(contra) == 1:
        return Summary("", f"{len(pro)}:{len(contra)}", pro, contra)  # one voice is no agreement
    return Summary("agreed", "all" if pro else "none", pro, contra)


def _groups(rows: Sequence[Row], board: BoardDefinition) -> tuple[VerdictGroup, ...]:
    members: dict[Word, list[Row]] = {}
    for row in rows:
        if row.verdict is not None:
            members.setdefault(row.verdict, []).append(row)
    place = {v.key: number for number, v in enumerate(board.verdicts)}
    groups = [
        VerdictGroup(
            word,
            those[0].against_first,
            those[0].another_way,
            tuple((r.mark, r.specialty) for r in those),
        )
        for word, those in members.items()
    ]
    return tuple(sorted(groups, key=lambda g: (-g.count, place.get(g.verdict.key, 99))))
