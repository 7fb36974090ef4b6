"""The catalogue's first half: liver function and blood."""

from __future__ import annotations

from boardroom.clinical import units as u
from boardroom.clinical.fact import Fact, choice, number, yesno


def liver_facts() -> tuple[Fact, ...]:
    return (
        number(
            "bilirubin", "Total bilirubin", "liver", u.BILIRUBIN, ("0.1", "1500"), ("1.5", "700")
        ),
        number(
            "bilirubin_direct",
            "Direct bilirubin",
            "liver",
            u.BILIRUBIN,
            ("0", "1200"),
            ("0.5", "600"),
        ),
        number("albumin", "Albumin", "liver", u.G_PER_L, ("1", "80"), ("15", "55")),
        number("inr", "INR", "liver", u.NONE, ("0.3", "25"), ("0.8", "8")),
        number(
            "pt_seconds_over",
            "Prothrombin time over control",
            "liver",
            (u.unit("s"),),
            ("0", "120"),
            ("0", "30"),
        ),
        number(
            "pt_percent", "Prothrombin activity", "liver", u.PERCENT, ("1", "200"), ("15", "140")
        ),
        choice(
            "ascites",
            "Ascites",
            "liver",
            ("none", "None"),
            ("mild", "Mild or controlled"),
            ("moderate_severe", "Moderate, severe or refractory"),
        ),
        choice(
            "encephalopathy",
            "Encephalopathy",
            "liver",
            ("none", "None"),
            ("grade_1_2", "Grade 1-2"),
            ("grade_3_4", "Grade 3-4"),
            hint="West Haven",
        ),
        number(
            "child_pugh_points",
            "Child-Pugh points, as reported",
            "liver",
            u.NONE,
            ("5", "15"),
            ("5", "15"),
            whole=True,
            hint="Only where the values behind them are not known.",
        ),
        yesno(
            "decompensated",
            "Ever decompensated",
            "liver",
            "Jaundice, ascites, encephalopathy or bleeding.",
        ),
        choice(
            "liver_function",
            "Liver function as judged",
            "liver",
            ("preserved", "Preserved"),
            ("not_preserved", "Not preserved"),
            ("end_stage", "End-stage"),
            hint="Jaundice, ascites or encephalopathy: not preserved, whatever the scores say.",
        ),
        number("icg_r15", "ICG retention at 15 min", "liver", u.PERCENT, ("0", "100"), ("2", "70")),
        number("stiffness", "Liver stiffness", "liver", (u.unit("kPa"),), ("1", "75"), ("2", "75")),
        number(
            "flr_ml",
            "Future liver remnant",
            "liver",
            (u.unit("ml"),),
            ("20", "4000"),
            ("150", "2000"),
        ),
        number(
            "liver_volume_ml",
            "Total liver volume",
            "liver",
            (u.unit("ml"),),
            ("200", "10000"),
            ("700", "4000"),
        ),
        number(
            "tumour_volume_ml",
            "Tumour volume",
            "liver",
            (u.unit("ml"),),
            ("0", "8000"),
            ("0.1", "3000"),
        ),
        number("alt", "ALT", "liver", u.CATALYTIC, ("1", "20000"), ("5", "2000")),
        number("ast", "AST", "liver", u.CATALYTIC, ("1", "20000"), ("5", "2000")),
        number("ggt", "GGT", "liver", u.CATALYTIC, ("1", "10000"), ("5", "3000")),
        number("alp", "Alkaline phosphatase", "liver", u.CATALYTIC, ("1", "10000"), ("20", "2000")),
        number("total_protein", "Total protein", "liver", u.G_PER_L, ("20", "150"), ("40", "100")),
    )


def blood_facts() -> tuple[Fact, ...]:
    return (
        number("creatinine", "Creatinine", "blood", u.CREATININE, ("10", "3000"), ("25", "900")),
        number(
            "sodium",
            "Sodium",
            "blood",
            u.SODIUM,
            ("90", "190"),
            ("115", "155"),
            hint="For MELD-Na and MELD 3.0",
        ),
        number("urea", "Urea", "blood", u.UREA, ("0.2", "150"), ("1", "60")),
        number("haemoglobin", "Haemoglobin", "blood", u.G_PER_L, ("15", "260"), ("50", "200")),
        number("mcv", "Mean cell volume", "blood", (u.unit("fL"),), ("40", "170"), ("60", "130")),
        number("leukocytes", "White cells", "blood", u.PER_LITRE, ("0.05", "500"), ("1", "40")),
        number("platelets", "Platelets", "blood", u.PER_LITRE, ("1", "2000"), ("15", "900")),
        number(
            "crp",
            "CRP",
            "blood",
            (u.unit("mg/L"), u.unit("mg/dL", factor="10")),
            ("0", "800"),
            ("0", "400"),
        ),
        number("iron", "Iron", "blood", u.IRON, ("0", "180"), ("1", "60")),
        number(
            "transferrin_saturation",
            "Transferrin saturation",
            "blood",
            u.PERCENT,
            ("0", "100"),
            ("3", "100"),
        ),
        number("ferritin", "Ferritin", "blood", u.NG_PER_ML, ("0", "100000"), ("2", "5000")),
        number("afp", "AFP", "blood", u.AFP, ("0", "10000000"), ("0.5", "2000000")),
        number("afp_l3", "AFP-L3", "blood", u.PERCENT, ("0", "100"), ("0", "100")),
        number(
            "dcp",
            "DCP (PIVKA-II)",
            "blood",
            (u.unit("mAU/mL"), u.unit("ng/mL")),
            ("0", "1000000"),
            ("5", "500000"),
            hint="The factor between the units depends on the kit and is not applied.",
        ),
        number("cea", "CEA", "blood", u.NG_PER_ML, ("0", "100000"), ("0.1", "10000")),
        number(
            "ca199",
            "CA 19-9",
            "blood",
            (u.unit("U/mL"), u.unit("kU/L")),
            ("0", "2000000"),
            ("0.5", "100000"),
        ),
        number(
            "chromogranin_a",
            "Chromogranin A",
            "blood",
            u.NG_PER_ML,
            ("0", "1000000"),
            ("5", "50000"),
        ),
    )
