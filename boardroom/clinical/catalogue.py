"""The clinical facts that a case of the liver board records, with their units and ranges.

Two ranges for every number, both in the fact's first (standard) unit: outside the possible range a
value is refused, because no patient has it; outside the probable range it is kept with a warning,
because it is more often a slip of the unit than a finding. Units and factors follow units.py.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from types import MappingProxyType
from typing import Literal

from boardroom.clinical import units as u
from boardroom.clinical.units import Unit

Section = Literal["liver", "blood", "tumour", "vascular", "background", "fitness"]
Kind = Literal["number", "choice", "yesno"]

SECTIONS: Mapping[Section, str] = MappingProxyType(
    {
        "liver": "Liver function",
        "blood": "Blood",
        "tumour": "Tumour",
        "vascular": "Vessels and portal pressure",
        "background": "Background",
        "fitness": "Fitness",
    }
)
"""Sections in the order in which a form and a page show them."""

YES_NO = (("yes", "Yes"), ("no", "No"))


@dataclass(frozen=True, slots=True)
class Fact:
    """One fact: what it is called, how it is entered, and which values can be true."""

    key: str
    label: str
    section: Section
    kind: Kind
    units: tuple[Unit, ...] = ()
    possible: tuple[Decimal, Decimal] | None = None
    probable: tuple[Decimal, Decimal] | None = None
    whole: bool = False
    choices: tuple[tuple[str, str], ...] = ()
    help: str = ""

    @property
    def standard(self) -> Unit:
        """The unit in which the ranges are stated."""
        return self.units[0]

    def choice_name(self, key: str) -> str:
        """The words for one choice, or the key itself where it is not one."""
        return dict(self.choices).get(key, key)


def _number(
    key: str,
    label: str,
    section: Section,
    units: tuple[Unit, ...],
    possible: tuple[str, str],
    probable: tuple[str, str],
    *,
    whole: bool = False,
    help: str = "",
) -> Fact:
    low, high = (Decimal(x) for x in possible)
    likely = (Decimal(probable[0]), Decimal(probable[1]))
    return Fact(key, label, section, "number", units, (low, high), likely, whole, (), help)


def _choice(
    key: str, label: str, section: Section, *choices: tuple[str, str], help: str = ""
) -> Fact:
    return Fact(key, label, section, "choice", choices=choices, help=help)


def _yesno(key: str, label: str, section: Section, help: str = "") -> Fact:
    return Fact(key, label, section, "yesno", choices=YES_NO, help=help)


def _liver() -> tuple[Fact, ...]:
    return (
        _number("bilirubin", "Total bilirubin", "liver", u.BILIRUBIN, ("1", "1500"), ("3", "700")),
        _number(
            "bilirubin_direct",
            "Direct bilirubin",
            "liver",
            u.BILIRUBIN,
            ("0", "1200"),
            ("0.5", "600"),
        ),
        _number("albumin", "Albumin", "liver", u.G_PER_L, ("5", "70"), ("15", "55")),
        _number("inr", "INR", "liver", u.NONE, ("0.5", "20"), ("0.8", "5")),
        _number(
            "pt_seconds_over",
            "Prothrombin time over control",
            "liver",
            (u.unit("s"),),
            ("0", "120"),
            ("0", "30"),
        ),
        _number(
            "pt_percent", "Prothrombin activity", "liver", u.PERCENT, ("1", "200"), ("15", "140")
        ),
        _choice(
            "ascites",
            "Ascites",
            "liver",
            ("none", "None"),
            ("mild", "Mild or controlled"),
            ("moderate_severe", "Moderate, severe or refractory"),
        ),
        _choice(
            "encephalopathy",
            "Encephalopathy",
            "liver",
            ("none", "None"),
            ("grade_1_2", "Grade 1-2"),
            ("grade_3_4", "Grade 3-4"),
            help="West Haven",
        ),
        _yesno(
            "decompensated",
            "Ever decompensated",
            "liver",
            "Jaundice, ascites, encephalopathy or bleeding.",
        ),
        _number(
            "icg_r15", "ICG retention at 15 min", "liver", u.PERCENT, ("0", "100"), ("2", "70")
        ),
        _number(
            "stiffness", "Liver stiffness", "liver", (u.unit("kPa"),), ("1", "75"), ("2", "75")
        ),
        _number(
            "flr_ml",
            "Future liver remnant",
            "liver",
            (u.unit("ml"),),
            ("20", "4000"),
            ("150", "2000"),
        ),
        _number(
            "liver_volume_ml",
            "Total liver volume",
            "liver",
            (u.unit("ml"),),
            ("200", "10000"),
            ("700", "4000"),
        ),
        _number(
            "tumour_volume_ml",
            "Tumour volume",
            "liver",
            (u.unit("ml"),),
            ("0", "8000"),
            ("0.1", "3000"),
        ),
        _number("alt", "ALT", "liver", u.CATALYTIC, ("1", "20000"), ("5", "2000")),
        _number("ast", "AST", "liver", u.CATALYTIC, ("1", "20000"), ("5", "2000")),
        _number("ggt", "GGT", "liver", u.CATALYTIC, ("1", "10000"), ("5", "3000")),
        _number(
            "alp", "Alkaline phosphatase", "liver", u.CATALYTIC, ("1", "10000"), ("20", "2000")
        ),
        _number("total_protein", "Total protein", "liver", u.G_PER_L, ("20", "150"), ("40", "100")),
    )


def _blood() -> tuple[Fact, ...]:
    return (
        _number("creatinine", "Creatinine", "blood", u.CREATININE, ("10", "3000"), ("25", "900")),
        _number(
            "sodium",
            "Sodium",
            "blood",
            u.SODIUM,
            ("90", "190"),
            ("115", "155"),
            help="For MELD-Na and MELD 3.0",
        ),
        _number("urea", "Urea", "blood", u.UREA, ("0.2", "150"), ("1", "60")),
        _number("haemoglobin", "Haemoglobin", "blood", u.G_PER_L, ("15", "260"), ("50", "200")),
        _number("mcv", "Mean cell volume", "blood", (u.unit("fL"),), ("40", "170"), ("60", "130")),
        _number("leukocytes", "White cells", "blood", u.PER_LITRE, ("0.05", "500"), ("1", "40")),
        _number("platelets", "Platelets", "blood", u.PER_LITRE, ("1", "2000"), ("15", "900")),
        _number(
            "crp",
            "CRP",
            "blood",
            (u.unit("mg/L"), u.unit("mg/dL", factor="10")),
            ("0", "800"),
            ("0", "400"),
        ),
        _number("iron", "Iron", "blood", u.IRON, ("0", "180"), ("1", "60")),
        _number(
            "transferrin_saturation",
            "Transferrin saturation",
            "blood",
            u.PERCENT,
            ("0", "130"),
            ("3", "100"),
        ),
        _number("ferritin", "Ferritin", "blood", u.NG_PER_ML, ("0", "100000"), ("2", "5000")),
        _number("afp", "AFP", "blood", u.AFP, ("0", "10000000"), ("0.5", "2000000")),
        _number("afp_l3", "AFP-L3", "blood", u.PERCENT, ("0", "100"), ("0", "100")),
        _number(
            "dcp",
            "DCP (PIVKA-II)",
            "blood",
            (u.unit("mAU/mL"), u.unit("ng/mL")),
            ("0", "1000000"),
            ("5", "500000"),
            help="The factor between the units depends on the kit and is not applied.",
        ),
        _number("cea", "CEA", "blood", u.NG_PER_ML, ("0", "100000"), ("0.1", "10000")),
        _number(
            "ca199",
            "CA 19-9",
            "blood",
            (u.unit("U/mL"), u.unit("kU/L")),
            ("0", "2000000"),
            ("0.5", "100000"),
        ),
        _number(
            "chromogranin_a",
            "Chromogranin A",
            "blood",
            u.NG_PER_ML,
            ("0", "1000000"),
            ("5", "50000"),
        ),
    )


def _tumour() -> tuple[Fact, ...]:
    return (
        _number(
            "nodule_count",
            "Number of nodules",
            "tumour",
            u.NONE,
            ("0", "200"),
            ("0", "40"),
            whole=True,
            help="As counted on imaging; the lesions themselves are listed below.",
        ),
        _yesno("nodules_uncountable", "Too many nodules to count", "tumour"),
        _number("largest_mm", "Largest nodule", "tumour", u.LENGTH, ("1", "400"), ("3", "250")),
        _yesno("macrovascular_invasion", "Tumour in a portal or hepatic vein", "tumour"),
        _choice(
            "portal_invasion",
            "Portal vein invasion, furthest",
            "tumour",
            ("none", "None"),
            ("vp1", "Vp1, beyond second order"),
            ("vp2", "Vp2, second order"),
            ("vp3", "Vp3, first order"),
            ("vp4", "Vp4, main trunk or other side"),
        ),
        _choice(
            "hepatic_vein_invasion",
            "Hepatic vein invasion",
            "tumour",
            ("none", "None"),
            ("vv1", "Peripheral"),
            ("vv2", "Main hepatic vein"),
            ("vv3", "Inferior vena cava"),
        ),
        _yesno("bile_duct_invasion", "Bile duct invasion", "tumour"),
        _choice(
            "bismuth",
            "Bismuth-Corlette type",
            "tumour",
            ("i", "I"),
            ("ii", "II"),
            ("iiia", "IIIa"),
            ("iiib", "IIIb"),
            ("iv", "IV"),
        ),
        _choice(
            "nodes",
            "Lymph nodes",
            "tumour",
            ("n0", "Not enlarged"),
            ("suspicious", "Suspicious"),
            ("n1", "Proven, regional"),
            ("distant", "Distant"),
        ),
        _yesno("extrahepatic_spread", "Disease outside the liver", "tumour"),
        _choice(
            "spread_site",
            "Where outside the liver",
            "tumour",
            ("lung", "Lung"),
            ("bone", "Bone"),
            ("peritoneum", "Peritoneum"),
            ("adrenal", "Adrenal gland"),
            ("nodes", "Distant nodes"),
            ("several", "Several"),
            ("other", "Other"),
        ),
        _yesno("liver_metastasis", "Metastases inside the liver", "tumour"),
        _yesno(
            "radiological_hallmark",
            "Radiological hallmark of HCC",
            "tumour",
            "Arterial enhancement, then washout.",
        ),
        _choice(
            "growth_pattern",
            "Growth pattern",
            "tumour",
            ("well_defined", "Well defined"),
            ("infiltrative", "Infiltrative or diffuse"),
            ("extensive_bilobar", "Extensive, both lobes"),
        ),
        _choice(
            "histology",
            "Histology",
            "tumour",
            ("not_done", "No biopsy"),
            ("confirmed", "Confirms the diagnosis"),
            ("different", "Says otherwise"),
            ("not_conclusive", "Not conclusive"),
        ),
        _choice(
            "primary_side",
            "Side of the bowel primary",
            "tumour",
            ("right", "Right colon"),
            ("left", "Left colon"),
            ("rectum", "Rectum"),
        ),
        _choice(
            "primary_state",
            "Bowel primary",
            "tumour",
            ("resected", "Resected"),
            ("in_place", "In place"),
            ("complete_response", "Complete response"),
        ),
        _choice("ras", "RAS", "tumour", ("wild_type", "Wild type"), ("mutated", "Mutated")),
        _choice("braf", "BRAF V600E", "tumour", ("wild_type", "Wild type"), ("mutated", "Mutated")),
        _choice(
            "msi",
            "Mismatch repair",
            "tumour",
            ("mss", "Proficient (MSS)"),
            ("msi_high", "Deficient (MSI-high)"),
        ),
        _choice("fgfr2", "FGFR2 fusion", "tumour", ("absent", "Absent"), ("present", "Present")),
        _choice("idh1", "IDH1 mutation", "tumour", ("absent", "Absent"), ("present", "Present")),
        _number("ki67", "Ki-67", "tumour", u.PERCENT, ("0", "100"), ("0", "100")),
    )


def _vascular() -> tuple[Fact, ...]:
    return (
        _yesno("portal_hypertension", "Portal hypertension", "vascular"),
        _number("hvpg", "HVPG", "vascular", (u.unit("mmHg"),), ("0", "60"), ("1", "35")),
        _choice(
            "varices",
            "Varices",
            "vascular",
            ("none", "None"),
            ("small", "Small"),
            ("large", "Large"),
            ("present", "Present, size not stated"),
            ("not_examined", "Not examined"),
        ),
        _yesno("variceal_bleeding", "Has bled from varices", "vascular"),
        _yesno("splenomegaly", "Enlarged spleen", "vascular"),
        _number(
            "spleen",
            "Spleen length",
            "vascular",
            (u.unit("cm"), u.unit("mm", factor="0.1")),
            ("2", "45"),
            ("6", "30"),
        ),
        _yesno("collaterals", "Portosystemic collaterals", "vascular"),
        _yesno("portal_thrombosis_bland", "Bland portal vein thrombosis", "vascular"),
        _yesno(
            "portal_thrombosis", "Portal vein thrombosis, bland or tumour not stated", "vascular"
        ),
        _yesno("tips", "TIPS in place", "vascular"),
        _choice(
            "arterial_anatomy",
            "Arterial anatomy",
            "vascular",
            ("usual", "Usual"),
            ("replaced_right", "Replaced right hepatic"),
            ("replaced_left", "Replaced left hepatic"),
            ("other", "Other variant"),
        ),
    )


def _background() -> tuple[Fact, ...]:
    return (
        _yesno("cirrhosis", "Cirrhosis", "background"),
        _choice(
            "liver_cause",
            "Cause of liver disease",
            "background",
            ("none", "No liver disease"),
            ("alcohol", "Alcohol"),
            ("hbv", "Hepatitis B"),
            ("hcv", "Hepatitis C"),
            ("masld", "Metabolic (MASLD)"),
            ("alcohol_metabolic", "Alcohol and metabolic (MetALD)"),
            ("haemochromatosis", "Haemochromatosis"),
            ("autoimmune", "Autoimmune"),
            ("cholestatic", "PBC or PSC"),
            ("several", "Several"),
            ("other", "Other"),
            ("unknown", "Unknown"),
        ),
        _choice(
            "liver_quality",
            "Quality of the liver",
            "background",
            ("normal", "Normal"),
            ("steatosis", "Steatosis"),
            ("chemotherapy", "Injured by chemotherapy"),
            ("fibrosis", "Fibrosis"),
            ("cirrhosis", "Cirrhosis"),
        ),
        _yesno("alcohol", "Alcohol as a cause", "background"),
        _number(
            "alcohol_g_day",
            "Alcohol, daily",
            "background",
            (u.unit("g/day"),),
            ("0", "1000"),
            ("0", "400"),
        ),
        _number(
            "abstinent_months",
            "Abstinent for",
            "background",
            (u.unit("months"),),
            ("0", "900"),
            ("0", "600"),
        ),
        _yesno("hbsag", "HBsAg positive", "background"),
        _yesno("hbeag", "HBeAg positive", "background"),
        _yesno("hbcab", "Anti-HBc positive", "background"),
        _yesno("hcv", "Anti-HCV positive", "background"),
        _yesno("viral_suppressed", "Virus suppressed or cured", "background"),
        _yesno("nash", "Metabolic steatohepatitis (MASH)", "background"),
        _yesno("haemochromatosis", "Haemochromatosis", "background"),
        _yesno("hiv", "HIV", "background"),
        _yesno("endemic", "Lived where hepatitis B is endemic", "background"),
        _yesno("diabetes", "Diabetes", "background"),
        _yesno("obesity", "Obesity", "background"),
        _yesno("hypertension", "Arterial hypertension", "background"),
        _yesno("renal_insufficiency", "Chronic kidney disease", "background"),
        _yesno("dialysis", "Dialysis twice in the past week, or 24 h of CVVHD", "background"),
        _yesno(
            "anticoagulated",
            "On an anticoagulant",
            "background",
            "INR then says little about the liver.",
        ),
        _yesno("smoking", "Smoker, now or before", "background"),
        _number("pack_years", "Pack-years", "background", u.NONE, ("0", "600"), ("0", "150")),
    )


def _fitness() -> tuple[Fact, ...]:
    return (
        _yesno("symptoms", "Symptoms", "fitness"),
        _yesno("ecog_tumour_related", "Reduced performance is due to the tumour", "fitness"),
        _choice(
            "asa",
            "ASA class",
            "fitness",
            ("1", "I"),
            ("2", "II"),
            ("3", "III"),
            ("4", "IV"),
            ("5", "V"),
        ),
        _number("height", "Height", "fitness", u.BODY_LENGTH, ("40", "260"), ("140", "205")),
        _number("weight", "Weight", "fitness", (u.unit("kg"),), ("2", "400"), ("35", "180")),
        _number(
            "vo2_at",
            "Anaerobic threshold",
            "fitness",
            (u.unit("ml/kg/min"),),
            ("2", "60"),
            ("5", "35"),
            help="From a cardiopulmonary exercise test",
        ),
        _number("lvef", "Ejection fraction", "fitness", u.PERCENT, ("5", "95"), ("15", "80")),
        _number(
            "frailty",
            "Clinical Frailty Scale",
            "fitness",
            u.NONE,
            ("1", "9"),
            ("1", "9"),
            whole=True,
        ),
        _number(
            "weight_loss", "Weight lost in 6 months", "fitness", u.PERCENT, ("0", "70"), ("0", "35")
        ),
        _yesno("transplant_candidate", "Possible transplant candidate", "fitness"),
    )


def _all() -> dict[str, Fact]:
    facts: dict[str, Fact] = {}
    for section in (_liver(), _blood(), _tumour(), _vascular(), _background(), _fitness()):
        for fact in section:
            if fact.key in facts:
                raise AssertionError(f"the fact '{fact.key}' is defined twice")
            facts[fact.key] = fact
    return facts


FACTS: Mapping[str, Fact] = MappingProxyType(_all())
"""Every fact by its key, in the order in which a form shows them."""
