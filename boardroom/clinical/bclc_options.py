"""The options of a BCLC stage in their order, and the systemic therapies of the update of 2022."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from boardroom.clinical.transplant import Diameters

OPTIONS: Mapping[str, str] = MappingProxyType(
    {
        "ablation": "Ablation",
        "resection": "Resection",
        "transplant": "Transplantation",
        "tace": "TACE",
        "tare": "TARE",
        "systemic": "Systemic therapy",
        "supportive": "Best supportive care",
    }
)

GROUP_OPTION = {
    "B1_transplant": "transplant",
    "B2_well_defined_TACE": "TACE",
    "B3_diffuse_systemic": "systemic therapy",
}

CONDITIONS = {
    ("0", "resection"): "where transplantation could follow",
    ("A", "resection"): "single nodule, normal portal pressure and bilirubin",
    ("A", "ablation"): "where transplantation is contraindicated",
    ("0", "tare"): "single nodule up to 8 cm",
    ("A", "tare"): "single nodule up to 8 cm",
    ("B", "transplant"): "perhaps after down-staging",
}


@dataclass(frozen=True, slots=True)
class SystemicTherapy:
    """A drug or pair of drugs, with the line it belongs to. The list ages: see its date."""

    name: str
    line: str
    when: str = ""


SYSTEMIC_AS_OF = "2022"
SYSTEMIC: tuple[SystemicTherapy, ...] = (
    SystemicTherapy("atezolizumab with bevacizumab", "first"),
    SystemicTherapy("durvalumab with tremelimumab", "first"),
    SystemicTherapy("sorafenib", "first", "where the pairs are not feasible"),
    SystemicTherapy("lenvatinib", "first", "where the pairs are not feasible"),
    SystemicTherapy("durvalumab", "first", "where the pairs are not feasible"),
    SystemicTherapy("regorafenib", "after sorafenib", "sorafenib was tolerated"),
    SystemicTherapy("cabozantinib", "after sorafenib"),
    SystemicTherapy("ramucirumab", "after sorafenib", "AFP 400 ng/mL or more"),
)


def order_of(
    stage: str, group: str | None, diameters: Diameters | None, candidate: bool, no_cut: bool
) -> tuple[str, ...]:
    """The stage's options, first to last; a board that goes further says why.

    `candidate`: for transplantation, and not outside the board's criteria for it. `no_cut`: portal
    hypertension or a raised bilirubin, with which the figure has no resection.
    """
    if stage == "D" or not diameters:
        return ("supportive",)
    single = len(diameters) == 1
    radio = ("tare",) if single and diameters[0] <= 8.0 else ()
    listed = ("transplant",) if candidate else ()
    match stage:
        case "0":
            cut = () if no_cut else ("resection",)
            first = (*cut, "transplant", "ablation") if candidate else ("ablation", *cut)
            return (*first, "tace", *radio, "systemic")
        case "A":
            cut = ("resection",) if single and not no_cut else ()
            return (*cut, *listed, "ablation", "tace", *radio, "systemic")
        case "B":
            embolise = () if group == "B3_diffuse_systemic" else ("tace",)
            return (*(listed if group == "B1_transplant" else ()), *embolise, "systemic")
        case _:
            return ("systemic", "supportive")
