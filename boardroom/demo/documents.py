"""The small files that hang on invented cases: plain text, and letters as PDF."""

from __future__ import annotations

import datetime as dt

import typst

from boardroom.demo.content import DemoCase, DemoDocument

ON_PAPER = ("Referral letter", "Pathology report")
"""Titles of documents that would have come on paper."""

_LETTER = b"""
#set document(title: sys.inputs.title)
#set text(lang: "en", size: 11pt)
#set page(paper: "a4", margin: 28mm)
#set par(leading: 0.8em, spacing: 1.4em)
#align(right)[#sys.inputs.hospital \\ #sys.inputs.day]
#v(12mm)
= #sys.inputs.title
#v(4mm)
#strong(sys.inputs.about)

#sys.inputs.body
#v(1fr)
#text(size: 9pt)[Invented for the demonstration: neither the patient nor the hospital exists.]
"""


def file_of(case: DemoCase, document: DemoDocument, day: dt.date) -> tuple[str, bytes]:
    """Name and bytes of a document that was written on a day."""
    patient = case.patient
    about = f"{patient.name}, born {patient.birth_date:%d.%m.%Y}, {patient.record_number}"
    if document.title not in ON_PAPER:
        text = f"{document.title}\n{about}\n{day:%d.%m.%Y}\n\n{document.body}\n"
        return f"{document.title}.txt", text.encode()
    pdf = typst.compile(
        _LETTER,
        format="pdf",
        pdf_standards=["a-2a", "ua-1"],
        font_paths=typst.Fonts(include_system_fonts=False),
        timestamp=int(dt.datetime.combine(day, dt.time(12), dt.UTC).timestamp()),
        sys_inputs={
            "title": document.title,
            "hospital": case.referral.referrer_hospital,
            "day": f"{day.day} {day:%B %Y}",
            "about": about,
            "body": document.body,
        },
    )
    return f"{document.title}.pdf", bytes(pdf)
