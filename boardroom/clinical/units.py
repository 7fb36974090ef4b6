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


# ---- Two ways of writing the same value ---------------------------------------------------------

SYSTEMS: dict[str, str] = {"si": "SI units", "conventional": "Conventional units"}
"""Which units a person reads; each fact is shown in the unit of its system where it has one."""

_READ_IN: dict[str, tuple[Unit, ...]] = {  # (SI, conventional)
    "bilirubin": BILIRUBIN,
    "bilirubin_direct": BILIRUBIN,
    "creatinine": CREATININE,
    "albumin": G_PER_L,
    "total_protein": G_PER_L,
    "haemoglobin": G_PER_L,
    "platelets": PER_LITRE[:2],
    "leukocytes": PER_LITRE[:2],
    "sodium": SODIUM,
    "urea": UREA,
    "iron": IRON,
    "afp": (AFP[1], AFP[0]),
    "ferritin": (NG_PER_ML[1], NG_PER_ML[0]),
    "cea": (NG_PER_ML[1], NG_PER_ML[0]),
    "chromogranin_a": (NG_PER_ML[1], NG_PER_ML[0]),
}


def read_in(fact: str, system: str) -> Unit | None:
    """The unit in which a system shows the fact; None where it is shown as entered."""
    pair = _READ_IN.get(fact)
    return pair[0 if system == "si" else 1] if pair is not None and system in SYSTEMS else None


def rounded(value: Decimal, digits: int = 3) -> str:
    """A converted number as a person reads it: half up, no exponent, so many significant digits.

    No more than two decimals, which is what a laboratory reports, unless that leaves nothing of it.
    """
    if value == 0:
        return "0"
    most = 2 if abs(value) >= Decimal("0.1") else 1 - value.adjusted()
    places = max(0, min(digits - 1 - value.adjusted(), most))
    plain = f"{value.quantize(Decimal(1).scaleb(-places), rounding=ROUND_HALF_UP):f}"
    return plain.rstrip("0").rstrip(".") if "." in plain else plain
