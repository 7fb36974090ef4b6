"""Units of laboratory values and measurements, with exact factors.

A value is stored as it was entered, with the unit it was entered in, and converted only where a
number is computed from it: `convert` is the one place. Bilirubin and creatinine use 17.1 and 88.4,
the factors with which the published cut-offs were printed (the molar masses give 17.104 and
88.42). A converted value is rounded half up to 9 decimals, so that 34.2 umol/L of bilirubin counts
as exactly 2 mg/dL at a cut-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal

NINE_PLACES = Decimal("1E-9")


@dataclass(frozen=True, slots=True)
class Unit:
    """A unit of one fact: `value * factor` is the value in the fact's standard unit.

    `key` is stored and plain ASCII, `name` is shown. The standard unit has factor 1.
    """

    key: str
    name: str
    factor: Decimal


def unit(key: str, name: str | None = None, factor: str | Decimal = "1") -> Unit:
    """A Unit whose shown name defaults to its key."""
    return Unit(key, name or key, Decimal(factor))


def per(factor: str) -> Decimal:
    """1 / factor: for a unit of which `factor` make one standard unit."""
    return Decimal(1) / Decimal(factor)


def convert(value: Decimal, source: Unit, target: Unit) -> Decimal:
    """`value` of `source` expressed in `target`, a unit of the same fact; 9 decimals, half up."""
    if source.factor == target.factor:
        return value
    exact = value * source.factor / target.factor
    return exact.quantize(NINE_PLACES, rounding=ROUND_HALF_UP).normalize()


BILIRUBIN = (unit("umol/L", "µmol/L"), unit("mg/dL", factor="17.1"))
CREATININE = (unit("umol/L", "µmol/L"), unit("mg/dL", factor="88.4"))
PER_LITRE = (unit("10^9/L", "×10⁹/L"), unit("10^3/uL", "×10³/µL"), unit("/uL", "/µL", "0.001"))
G_PER_L = (unit("g/L"), unit("g/dL", factor="10"))
SODIUM = (unit("mmol/L"), unit("mEq/L"))
AFP = (unit("ng/mL"), unit("ug/L", "µg/L"), unit("IU/mL", factor="1.21"))
NG_PER_ML = (unit("ng/mL"), unit("ug/L", "µg/L"))
CATALYTIC = (unit("U/L"), unit("ukat/L", "µkat/L", Decimal(60)))
IRON = (unit("umol/L", "µmol/L"), unit("ug/dL", "µg/dL", per("5.5845")))
UREA = (unit("mmol/L"), unit("mg/dL", factor=per("6.006")))
LENGTH = (unit("mm"), unit("cm", factor="10"))
BODY_LENGTH = (unit("cm"), unit("m", factor="100"))
PERCENT = (unit("%"),)
NONE = (unit("", "no unit"),)
