"""How easily each part of a letter reads, so that a hard one is not lost among easy ones. Pure."""

from __future__ import annotations

from dataclasses import dataclass

EASED = 0.95
"""So much over the target still counts as met: a grade is told as a whole number."""


def met(grade: float, target: int) -> bool:
    """Whether a grade meets the target."""
    return grade < target + EASED


def whole(grade: float) -> int:
    """The grade as it is told: a year of school, one at least."""
    return max(1, int(grade + 0.05))


@dataclass(frozen=True)
class PartGrade:
    """One part's years of school. `field`: its place on the page, such as "part-found"."""

    field: str
    heading: str
    grade: float
    target: int

    @property
    def hard(self) -> bool:
        """Whether it misses the target."""
        return not met(self.grade, self.target)

    @property
    def in_words(self) -> str:
        """What stands at the part's field."""
        return f"This part reads like grade {whole(self.grade)}, harder than grade {self.target}."

    @property
    def number(self) -> int:
        """The grade as it is told."""
        return whole(self.grade)
