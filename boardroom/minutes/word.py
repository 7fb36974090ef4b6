"""The minutes as a Word file, for hospitals that edit them into a record of their own."""

from __future__ import annotations

import docx

from boardroom.minutes import words
from boardroom.minutes.document import MinutesDocument
from boardroom.minutes.fonts import load_fonts
from boardroom.minutes.papers import View, drawn_pngs
from boardroom.minutes.view import case_views, minutes_view
from boardroom.minutes.wordml import MUTED, WIDTH, Paper, Pieces

SYMBOLS = {
    "prefer": "●",
    "acceptable": "○",
    "advise_against": "☒",
    "outside_field": "–",
    "none": "◌",
}
COLORS = {
    "prefer": "0072B2",
    "acceptable": "2B7FB0",
    "advise_against": "B84E00",
    "outside_field": "5B6675",
    "none": "5B6675",
}
STATE_COLORS = {
    "done": "00795C",
    "provisional": "9A5C00",
    "deferred": "5B6675",
    "not_reached": "5B6675",
}
CAUTION, ACCENT = "9A5C00", "0B6E75"


def minutes_docx(document: MinutesDocument) -> bytes:
    """The minutes as DOCX bytes, with real headings, tables and page fields."""
    cases = case_views(document)
    pictures = [one for case in cases for one in (case["map"] or {}).get("pictures", ())]
    drawn = drawn_pngs([one["svg"] for one in pictures], load_fonts())
    for one, png in zip(pictures, drawn, strict=True):
        one["png"] = png
    view = minutes_view(document, cases)
    paper = Paper(docx.Document())
    paper.set_up(view, document.generated_at)
    _opening(paper, view)
    for case in view["cases"]:
        _case(paper, view, case)
    _closing(paper, view)
    return paper.saved()


def _opening(paper: Paper, view: View) -> None:
    paper.line((view["kind"], {"color": ACCENT, "bold": True}))
    paper.heading(0, view["name"])
    paper.line((words.joined(view["day"], view["subtitle"]), {"size": 13}))
    for banner in view["banners"]:
        paper.line((banner["text"], {"bold": True, "color": CAUTION}))
    for label in ("meeting", "place", "planned", "held", "chair"):
        paper.labelled(label.capitalize(), view[label])
    paper.heading(1, "Outcomes")
    paper.line(view["count"] if view["cases"] else "No case was on the agenda.")
    if view["cases"]:
        paper.table(
            "Outcomes of all cases",
            ("No", "Case", "Question", "First opinion → board", "Outcome", "Patient told by"),
            (
                (
                    str(case["position"]),
                    [(case["code"], {"bold": True})],
                    "\n".join(case["question"]),
                    words.joined(case["first"]["short"], case["board_verdict"], by=" → "),
                    [
                        (
                            case["state_label"],
                            {"bold": True, "color": STATE_COLORS[case["state"]]},
                        )
                    ],
                    "\n".join(case["told"]),
                )
                for case in view["cases"]
            ),
            (0.9, 1.9, 5.2, 3.8, 2.2, 2.8),
        )
    paper.heading(1, "Attendance")
    if view["attendance"]:
        paper.table(
            "Attendance",
            ("Specialty", "Present", "Times", "Minutes"),
            (
                (
                    words.joined(p["mark"], p["specialty"]),
                    words.joined(p["name"], p["role"]),
                    p["times"],
                    p["minutes"],
                )
                for p in view["attendance"]
            ),
            (5.0, 5.4, 4.6, 1.8),
        )
    else:
        paper.line("No attendance was recorded.")
    for line in view["core_lines"]:
        paper.line((line["text"], {"bold": True, "color": CAUTION} if line["alarm"] else {}))


def _case(paper: Paper, view: View, case: View) -> None:
    place = (f"Case {case['position']} · {case['code']}\n", {"size": 9, "color": MUTED})
    paper.heading(1, place, "\n".join(case["question"]), new_page=True)
    paper.line(
        (case["state_label"], {"bold": True, "color": STATE_COLORS[case["state"]]}),
        (f" · {case['patient']}", {"color": MUTED}),
    )
    first = case["first"]
    source = words.joined(first["kind"], first["source"])
    paper.line(
        ("First opinion: ", {"color": MUTED, "bold": True}),
        (first["verdict"], {"bold": True}),
        f" · {source}" if source else "",
    )
    paper.labelled("Reason", first["reason"])
    paper.labelled("Original plan", first["plan"])
    for text in case["summary"]:
        paper.line(text)
    if case["facts"]:
        paper.table(
            f"Facts of {case['code']}",
            ("Fact", "Value", "Note"),
            ((f["label"], f["value"], f["note"]) for f in case["facts"]),
            (5.6, 5.6, 5.6),
        )
    _map(paper, case["map"])
    for fact in case["long_facts"]:
        paper.labelled(fact["label"], fact["value"])
    for label, key in (
        ("Earlier round", "earlier_round"),
        ("Diagnosis", "diagnosis"),
        ("Referred by", "referrer"),
        ("Comorbidity", "comorbidity"),
        ("Lesions", "lesions"),
        ("Treatments", "treatments"),
        ("Imaging", "imaging"),
        ("Pathology", "pathology"),
        ("The patient knows", "knows"),
        ("The patient wants", "wants"),
        ("The patient asks", "asks"),
        ("Met by", "met"),
        ("Presented by", "presented"),
        ("Times", "times"),
        ("Listing", "listed"),
    ):
        paper.labelled(label, case[key])
    _aids(paper, case)
    if case["opinions"]:
        _opinions(paper, view, case)
    _decision(paper, case)


def _map(paper: Paper, found: View | None) -> None:
    """The readings drawn beside each other; lesions and differences in words."""
    if found is None:
        return
    paper.pictures([(one["png"], one["alt"]) for one in found["pictures"]], WIDTH / 2 - 0.2)
    for one in found["pictures"]:
        paper.labelled(
            words.joined(one["heading"], one["source"]),
            [*one["lesions"], *one["in_all"], *one["beyond"]],
        )
        for text in one["note"]:
            paper.line((text, {"color": MUTED}))
    if found["compared"]:
        agree = ["The two readings agree."]
        paper.labelled("What differs", found["differences"] or agree)
    paper.line((found["scale"], {"size": 8, "color": MUTED}))


def _aids(paper: Paper, case: View) -> None:
    if not case["aids"]:
        return
    paper.heading(2, "Decision aids on the day of the decision")
    for card in case["aids"]:
        paper.line((f"{card['title']}: ", {"color": MUTED}), (card["line"], {"bold": True}))
        for label, key in (("Rests on", "rests_on"), ("Missing", "missing")):
            paper.labelled(label, [card[key]] if card[key] else [])
        for text in card["remarks"]:
            paper.line((text, {"color": CAUTION}))


def _stance(key: str) -> Pieces:
    """The shape and the word."""
    return [(SYMBOLS[key], {"color": COLORS[key]}), (f" {words.STANCES[key]}", {"size": 7.5})]


def _moved(was: str, now: str) -> Pieces:
    """A stance, after the one that stood there at the reveal where it moved."""
    return [*_stance(was), (" → ", {"size": 7.5}), *_stance(now)] if was else _stance(now)


def _verdict(opinion: View) -> Pieces:
    """The verdict, and in words how it stands to the first opinion's."""
    against = f"\n{opinion['against_first']}" if opinion["against_first"] else ""
    return [(opinion["short"], {"bold": True, "size": 8}), (against, {"size": 7.5})]


def _opinions(paper: Paper, view: View, case: View) -> None:
    paper.heading(2, "Opinions")
    paper.line((case["verdict_count"], {"color": MUTED}))
    opinions = case["opinions"]
    if view["options"]:
        first = 4.2
        widths = [first] + [(WIDTH - first) / len(opinions)] * len(opinions)
        rows = [
            [option["name"], *(_moved(o["was"][i], o["cells"][i]) for o in opinions)]
            for i, option in enumerate(view["options"])
        ]
        rows.append(["Verdict", *(_verdict(o) for o in opinions)])
        rows.append(["Confidence", *([(o["confidence"], {"size": 7.5})] for o in opinions)])
        paper.table(
            f"Opinions on {case['code']}: option by specialist",
            ["Option", *(f"{o['mark']} {o['person']}" for o in opinions)],
            rows,
            widths,
        )
    for o in opinions:
        paper.line(
            (words.joined(o["mark"], f"{o['specialty']}, {o['person']}"), {"bold": True}),
            (f"  {o['given']}", {"color": MUTED, "size": 9}),
        )
        for text in o["rationale"]:
            paper.line(text)
        for reason in o["reasons"]:
            label = f"{words.STANCES[reason['stance']]}, {reason['option']}"
            paper.labelled(label, reason["reason"])
        for answer in o["answers"]:
            paper.line((answer["question"] + " ", {"color": MUTED}), "\n".join(answer["answer"]))
        paper.labelled("Would change my mind", o["change_mind"])
        for shift in o["shifts"]:
            change = f"{shift['was']} → {shift['now']}"
            texts = [words.joined(change, " ".join(shift["reason"]), by=". ")]
            paper.labelled(f"Shifted at {shift['at']}, {shift['subject']}", texts)


def _decision(paper: Paper, case: View) -> None:
    c = case["consensus"]
    if c is None:
        paper.heading(2, case["state_label"])
        for text in (*case["deferral"], *case["provisional_reasons"]):
            paper.line(text)
        _fates(paper, case["fates"], case["code"])
        paper.labelled("Quorum", case["quorum"])
        return
    paper.heading(2, "Consensus")
    if case["state"] == "provisional":
        paper.line((case["provisional_head"], {"bold": True, "color": CAUTION}))
        for text in case["provisional_reasons"]:
            paper.line((text, {"color": CAUTION}))
    for said in case["confirmations"]:
        color = STATE_COLORS["done"] if said["plain"] else CAUTION
        paper.line((said["text"], {"bold": True, "color": color}))
    paper.line(
        (c["verdict"] or "No verdict recorded", {"bold": True, "size": 13}),
        (f"  {c['strength']}" if c["strength"] else "", {"color": MUTED}),
    )
    if case["reclassification"]:
        paper.line(case["reclassification"])
    for text in c["rationale"]:
        paper.line(text)
    if c["steps"]:
        # A table and not a numbered list: Word would count on from the case before.
        paper.table(
            f"Plan for {case['code']}",
            ("No", "Plan", "Who and when"),
            ((str(n), "\n".join(s["what"]), s["who"]) for n, s in enumerate(c["steps"], 1)),
            (1.0, 9.8, 6.0),
        )
    _fates(paper, c["fates"], case["code"])
    paper.labelled("Advised against", case["objections"])
    paper.labelled("Not the stage's first option", case["stage_migration"])
    paper.labelled("Patient told by", c["teller"])
    paper.labelled("Discuss again", c["rediscuss"])
    paper.labelled("Comes back", c["represent"])
    paper.labelled("Quorum", case["quorum"])
    if case["sign_offs"]:
        paper.table(
            f"Who signed off {case['code']}",
            ("Specialty", "Person", "Position", "Words"),
            (
                (
                    words.joined(s["mark"], s["specialty"]),
                    s["person"],
                    [(words.joined(s["label"], s["at"]), {"bold": True})],
                    "\n".join([*s["text"], *(f"Reopen if: {r}" for r in s["reopen"])]),
                )
                for s in case["sign_offs"]
            ),
            (4.0, 3.8, 3.6, 5.4),
        )


def _fates(paper: Paper, fates: list[View], code: str) -> None:
    if fates:
        paper.table(
            f"What became of the options of {code}",
            ("Option", "Became", "Reason"),
            (
                (
                    d["option"],
                    [(fate["label"], {"bold": fate["key"] == "chosen"})],
                    "\n".join(d["reason"]),
                )
                for fate in fates
                for d in fate["options"]
            ),
            (5.4, 3.2, 8.2),
        )


def _closing(paper: Paper, view: View) -> None:
    if view["amendments"]:
        paper.heading(1, "Amendments", new_page=True)
        paper.line("Made after the signing. The record above is as it was signed.")
        for a in view["amendments"]:
            of = f" to {a['case']}" if a["case"] else ""
            paper.line(
                (f"Amendment {a['number']}{of} ", {"bold": True}),
                (f"{a['by']}, {a['at']}", {"color": MUTED}),
            )
            for text in a["text"]:
                paper.line(text)
            paper.labelled("Reason", a["reason"])
    paper.heading(1, "About this record")
    paper.line(
        "This Word file can be edited and is a copy; the signed record is kept in Boardroom."
    )
    for text in view["about"]:
        paper.line(text)
