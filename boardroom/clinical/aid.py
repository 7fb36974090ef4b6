"""What a decision aid is: a pure function with its source, its inputs, and a result to keep.

    @aid("albi", title="ALBI grade", version="2015", citation="…", inputs=(BILIRUBIN, ALBUMIN))
    def albi(bilirubin: float, albumin: float) -> Outcome: …

    albi(bilirubin_umol_l=20, albumin_g_l=40).as_dict()

The function gets values that were checked and converted; an optional value that was not given is
None. It is not called while something that it needs is missing: nothing is assumed.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from decimal import Decimal
from types import MappingProxyType
from typing import Any

from boardroom.clinical.inputs import ImpossibleValue, Input, Kind, UnknownInput

NOTE = "Decision aid; the tumour board decides."

Json = Any
"""Text, numbers, booleans, None, and lists and mappings of these."""


@dataclass(frozen=True, slots=True)
class Clamp:
    """A value that the formula does not use as given: what was used instead, and why."""

    input: str
    given: float
    used: float
    reason: str


@dataclass(frozen=True, slots=True)
class Outcome:
    """What an aid's function found. `values` are the result's own keys, `headline` their words.

    `derived` are numbers computed on the way that belong to the values used.
    """

    values: Mapping[str, Json]
    headline: str
    warnings: Sequence[str] = ()
    clamped: Sequence[Clamp] = ()
    derived: Mapping[str, Json] = field(default_factory=dict)
    convention: str = ""


@dataclass(frozen=True, slots=True)
class Result:
    """What an aid answers, with all that is needed to show it again years later.

    `inputs` are as given; `used` are after conversion and clamping, in the formula's units;
    `values` hold score, class and parts, and are empty while something is `missing`. A result is
    true only if it is complete.
    """

    name: str
    title: str
    version: str
    citation: str
    convention: str
    inputs: Mapping[str, Json]
    used: Mapping[str, Json]
    clamped: tuple[Clamp, ...]
    warnings: tuple[str, ...]
    missing: tuple[str, ...]
    values: Mapping[str, Json]
    headline: str
    note: str = NOTE

    @property
    def complete(self) -> bool:
        return not self.missing

    def __bool__(self) -> bool:
        return self.complete

    def as_dict(self) -> dict[str, Json]:
        """For JSON: the values at the top level, beside everything else. A fresh copy."""
        metadata = {
            "name": self.name,
            "title": self.title,
            "version": self.version,
            "citation": self.citation,
            "convention": self.convention,
            "inputs": self.inputs,
            "used": self.used,
            "clamped": [asdict(clamp) for clamp in self.clamped],
            "warnings": self.warnings,
            "missing": self.missing,
            "complete": self.complete,
            "headline": self.headline,
            "note": self.note,
        }
        return {key: _json(value) for key, value in {**self.values, **metadata}.items()}


METADATA = frozenset(
    "name title version citation convention inputs used clamped warnings missing complete "
    "headline note".split()
)


def _json(value: Json) -> Json:
    if isinstance(value, Mapping):
        return {key: _json(one) for key, one in value.items()}
    if isinstance(value, list | tuple):
        return [_json(one) for one in value]
    return float(value) if isinstance(value, Decimal) else value


Asks = Callable[[Mapping[str, Any]], Iterable[str]]
"""From the values given by name to what they ask for further, or make superfluous."""


@dataclass(frozen=True, slots=True)
class Aid:
    """A decision aid, called with the inputs by name. `inputs` describe them for a form."""

    name: str
    title: str
    version: str
    citation: str
    convention: str
    inputs: tuple[Input, ...]
    compute: Callable[..., Outcome]
    needs: Asks
    spares: Asks

    def __call__(self, /, **given: Any) -> Result:
        """Compute from what was given; None counts as not given.

        Raises ImpossibleValue for a value that no patient can have, or that is given twice, and
        UnknownInput for a name that is not among `entries`.
        """
        values, entries, warnings = self._read(given)
        spared = set(self.spares(values)) | values.keys()
        missing = [i.label for i in self.inputs if i.required and i.name not in spared]
        missing += self.needs(values)
        if missing:
            outcome = Outcome({}, "", warnings=())
        else:
            outcome = self.compute(**{i.name: values.get(i.name) for i in self.inputs})
        if METADATA & set(outcome.values):
            raise AssertionError(f"{self.name} names a value like one of the result's own fields")
        used = {entries[name]: value for name, value in values.items()}
        used |= outcome.derived
        used |= {clamp.input: clamp.used for clamp in outcome.clamped}
        return Result(
            name=self.name,
            title=self.title,
            version=self.version,
            citation=self.citation,
            convention=" ".join(part for part in (self.convention, outcome.convention) if part),
            inputs=_frozen({key: v for key, v in given.items() if v is not None}),
            used=_frozen(used),
            clamped=tuple(outcome.clamped),
            warnings=(*warnings, *outcome.warnings),
            missing=tuple(dict.fromkeys(missing)),
            values=_frozen(outcome.values),
            headline=outcome.headline,
        )

    @property
    def entries(self) -> dict[str, Input]:
        """Every name under which a value may be given, with what it is."""
        return {entry: one for one in self.inputs for entry, _ in one.entries}

    def input_named(self, written: str) -> Input | None:
        """The input that is given under this name, in either spelling of tumour."""
        name = written.replace("tumour", "tumor")
        also = {other: one for one in self.inputs for other in one.also}
        return self.entries.get(name) or also.get(name)

    def _read(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str], list[str]]:
        under: dict[str, str] = {}
        for written, value in given.items():
            this = self.input_named(written)
            if this is None:
                known = ", ".join(self.entries)
                raise UnknownInput(
                    written, f"{self.title} has no input '{written}'. It takes: {known}."
                )
            if value is None:
                continue
            if this.name in under:
                raise ImpossibleValue(
                    written,
                    f"{this.label} is given twice, as {under[this.name]} and as {written}. "
                    "Give one of them.",
                )
            under[this.name] = written
        values: dict[str, Any] = {}
        warnings: list[str] = []
        for one in self.inputs:
            if written := under.get(one.name, ""):
                values[one.name], found = one.read(written, given[written])
                warnings += found
        return values, {i.name: i.entry for i in self.inputs}, warnings

    def describe(self) -> Iterator[tuple[str, str, Kind, str, bool]]:
        """(name, label, kind, unit, required) for each name under which a value may be given."""
        for one in self.inputs:
            for entry, unit in one.entries:
                yield entry, one.label, one.kind, unit.name, one.required


def _frozen(values: Mapping[str, Json]) -> Mapping[str, Json]:
    """A copy that nobody can change afterwards, lists and Decimals made plain."""

    def still(value: Json) -> Json:
        if isinstance(value, Mapping):
            return MappingProxyType({key: still(one) for key, one in value.items()})
        if isinstance(value, list | tuple):
            return tuple(still(one) for one in value)
        return float(value) if isinstance(value, Decimal) else value

    return MappingProxyType({key: still(value) for key, value in values.items()})


def _nothing(values: Mapping[str, Any]) -> Iterable[str]:
    return ()


def aid(
    name: str,
    *,
    title: str,
    version: str,
    citation: str,
    inputs: Sequence[Input],
    convention: str = "",
    needs: Asks = _nothing,
    spares: Asks = _nothing,
) -> Callable[[Callable[..., Outcome]], Aid]:
    """Make a function an Aid.

    `needs` says in words what is missing beyond the required inputs; `spares` names required
    inputs that the answers given make superfluous.
    """

    def make(compute: Callable[..., Outcome]) -> Aid:
        parameters = list(inspect.signature(compute).parameters)
        if parameters != [one.name for one in inputs]:
            raise AssertionError(f"{name}: inputs and parameters differ: {parameters}")
        return Aid(
            name, title, version, citation, convention, tuple(inputs), compute, needs, spares
        )

    return make
