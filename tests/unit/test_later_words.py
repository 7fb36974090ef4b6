"""How a provisional decision became final, in the words of the record."""

from __future__ import annotations

import pytest

from boardroom.consensus.later_words import Said, advised, body, final_since, head, outcome, since

HEP = Said("Hepatology", "agree", "Thu 26 Nov 2026")
RAD = Said("Radiology", "agree", "Fri 27 Nov 2026", by_chair=True)
CHAIR = Said("", "agree", "Thu 26 Nov 2026")
RESERVED = Said("Surgery", "reservation", "Fri 27 Nov 2026")
AGAINST = Said("Oncology", "dissent", "Fri 27 Nov 2026")


@pytest.mark.parametrize(
    ("said", "words"),
    [
        ([HEP], "confirmed since by Hepatology (Thu 26 Nov 2026)"),
        ([CHAIR], "confirmed since by the chair (Thu 26 Nov 2026)"),
        (
            [HEP, RAD],
            (
                "confirmed since by Hepatology (Thu 26 Nov 2026) and the chair for Radiology "
                "(Fri 27 Nov 2026)"
            ),
        ),
        (
            [HEP, AGAINST],
            (
                "confirmed since by Hepatology (Thu 26 Nov 2026), dissent by Oncology "
                "(Fri 27 Nov 2026)"
            ),
        ),
        ([RESERVED], "confirmed since with reservation by Surgery (Fri 27 Nov 2026)"),
        (
            [HEP, RESERVED, AGAINST],
            (
                "confirmed since by Hepatology (Thu 26 Nov 2026), with reservation by Surgery "
                "(Fri 27 Nov 2026), dissent by Oncology (Fri 27 Nov 2026)"
            ),
        ),
        ([AGAINST], "dissent by Oncology (Fri 27 Nov 2026)"),
        ([], ""),
    ],
)
def test_a_dissent_is_named_and_never_called_a_confirmation(said: list[Said], words: str) -> None:
    assert since(said) == words


def test_where_nobody_confirmed_it_is_only_final() -> None:
    assert final_since([AGAINST]) == "final since, dissent by Oncology (Fri 27 Nov 2026)"
    assert final_since([HEP]) == since([HEP])
    assert final_since([]) == "final since"


def test_the_outcome_in_a_word_or_two() -> None:
    assert outcome(["signed"]) == outcome(["agree"]) == "confirmed since"
    assert outcome(["signed", "dissent"]) == "confirmed since, with dissent"
    assert outcome(["dissent"]) == "final since, with dissent"
    assert outcome(["reservation"]) == "confirmed since, with reservation"
    assert outcome(["reservation", "dissent"]) == "confirmed since, with reservation and dissent"


@pytest.mark.parametrize(
    ("specialty", "kind", "by_chair", "named", "unnamed"),
    [
        ("Surgery", "agree", False, "Confirmed by Surgery, Dr A, Thu", "Confirmed by Surgery, Thu"),
        ("Surgery", "agree", True, "Confirmed for Surgery, by the chair, Dr A, Thu",
         "Confirmed for Surgery, by the chair, Thu"),
        ("", "agree", False, "Confirmed by the chair, Dr A, Thu", "Confirmed by the chair, Thu"),
        ("Surgery", "dissent", False, "Surgery, Dr A, dissents (Thu)", "Surgery dissents (Thu)"),
    ],
)  # fmt: skip
def test_the_head_of_a_later_word_with_and_without_a_name(
    specialty: str, kind: str, by_chair: bool, named: str, unnamed: str
) -> None:
    assert head(specialty, "Dr A", "Thu", kind=kind, by_chair=by_chair) == named
    assert head(specialty, "", "Thu", kind=kind, by_chair=by_chair) == unnamed


def test_who_advised_against_it_is_said_once_and_behind_no_confirmation() -> None:
    against = ["Advised against what is chosen: Oncology, “It grows”."]
    assert advised([against, against, []]) == against
    assert body("Seen", "it grows") == "Seen. Open again if: it grows."
