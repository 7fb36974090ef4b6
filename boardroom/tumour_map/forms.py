"""A reading as it arrives: a line for each lesion, every control of the drawing a plain field."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from flask_wtf import FlaskForm
from wtforms import (
    BooleanField,
    FieldList,
    Form,
    FormField,
    HiddenField,
    IntegerField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import Length
from wtforms.widgets import CheckboxInput, ListWidget

from boardroom.boards.definition import BoardDefinition
from boardroom.cases.fields import clean
from boardroom.cases.rules import ValueRefused, millimetres
from boardroom.clinical import tumour_reading as words
from boardroom.clinical.liver_map import SEGMENTS
from boardroom.clinical.reading_refusals import refusals
from boardroom.clinical.tumour_reading import Contact, Findings, Lesion, completed
from boardroom.tumour_map.operations import Written
from boardroom.tumour_map.rules import day_of_images

LIST_ONLY: Any = {"invalid_choice_message": "Choose one of the list."}
SEVERAL_ONLY: Any = {"invalid_choice_message": "Choose of the list; %(value)s is not in it."}
NO_VESSEL = "none"
OTHER = "other"
"""What a form says that began with the other side's reading."""


class Millimetres(IntegerField):
    """Whole millimetres, or nothing; what was typed stays when it is refused."""

    def __init__(self, label: str, least: int = 1, **more: Any) -> None:
        super().__init__(label, **more)
        self.least = least

    def process_formdata(self, valuelist: list[Any]) -> None:
        self.data = None
        if valuelist:
            self.data = millimetres(valuelist[0], self.label.text, least=self.least)


class Choices(SelectMultipleField):
    """Several of a list, as checkboxes."""

    widget = ListWidget(prefix_label=False)
    option_widget = CheckboxInput()


def _choice(label: str, offered: Mapping[str, str], empty: str) -> SelectField:
    return SelectField(label, choices={"": empty, **offered}, default="", **LIST_ONLY)


def _text(value: str | None) -> str:
    return clean(value or "", lines=False)


class LesionForm(Form):
    """One lesion. Nested, so without a token of its own."""

    number = HiddenField("Number")
    segments = Choices("Segments", choices={s: s for s in SEGMENTS}, **SEVERAL_ONLY)
    size_mm = Millimetres("Size, mm")
    viable_mm = Millimetres("Viable, mm", least=0)
    li_rads = _choice("LI-RADS", {key: key for key in words.LI_RADS}, "Not given")
    features = Choices("Major features", choices=dict(words.FEATURES), **SEVERAL_ONLY)
    x = Millimetres("From the left, mm", least=0)
    y = Millimetres("From the top, mm", least=0)
    vessel1 = _choice(
        "Vessel", {NO_VESSEL: "Touches no vessel", **words.VESSEL_NAMES}, "Not stated"
    )
    vessel2 = _choice("Second vessel", words.VESSEL_NAMES, "None")
    vessel3 = _choice("Third vessel", words.VESSEL_NAMES, "None")
    degree1 = _choice("How it meets it", words.DEGREES, "Choose")
    degree2 = _choice("How it meets the second", words.DEGREES, "Choose")
    degree3 = _choice("How it meets the third", words.DEGREES, "Choose")
    same_as = SelectField("In the other reading", default="", **LIST_ONLY)
    note = StringField(
        "Note",
        filters=[_text],
        validators=[Length(max=500, message="At most 500 characters.")],
        render_kw={"maxlength": 500},
    )
    remove = BooleanField("Remove this lesion")

    WRITTEN = ("segments", "size_mm", "viable_mm", "li_rads", "features", "x", "y", "vessel1",
               "vessel2", "vessel3", "note")  # fmt: skip

    @property
    def is_blank(self) -> bool:
        """Whether nobody wrote anything into it, be it readable or not."""
        return not any(
            self[name].process_errors or self[name].data not in (None, "", [])
            for name in self.WRITTEN
        )

    FOLDED = ("vessel1", "degree1", "vessel2", "degree2", "vessel3", "degree3", "same_as", "note")

    @property
    def folded_is_wrong(self) -> bool:
        """Whether something in the folded part needs another look."""
        return any(self[name].errors for name in self.FOLDED)

    @property
    def read(self) -> Lesion:
        """The lesion as the row says it."""
        return _lesion(self)

    @property
    def folded_words(self) -> str:
        """What the folded part holds, in words."""
        read = _lesion(self)
        return "; ".join(part for part in (read.contact_words, read.note) if part)


class ReadingForm(FlaskForm):
    """A whole reading; the version is the one that was read before writing."""

    version = HiddenField(default="0")
    begun_from = HiddenField(default="")  # OTHER: with the other side's reading
    lesions = FieldList(FormField(LesionForm), max_entries=words.MOST_LESIONS + 1)
    imaging = SelectField("Read from", default="", **LIST_ONLY)
    imaged_on = StringField("Images of", render_kw={"type": "date"})
    read_by = StringField(
        "Read by",
        filters=[_text],
        validators=[Length(max=200, message="At most 200 characters.")],
        render_kw={"maxlength": 200, "autocomplete": "off"},
    )
    in_all = _choice("Lesions as a whole", words.IN_ALL, "As placed")
    portal = _choice("Portal vein invasion", words.PORTAL, "Not stated")
    portal_side = _choice("Side", words.SIDES, "Not stated")
    vein = _choice("Hepatic vein invasion", words.VEIN, "Not stated")
    vein_which = _choice("Which vein", words.VEINS, "Not stated")
    duct = _choice("Bile duct invasion", words.DUCT, "Not stated")
    spread = Choices("Outside the liver", choices=dict(words.SITES), **SEVERAL_ONLY)
    note = TextAreaField(
        "Remarks",
        filters=[lambda text: clean(text or "", lines=True)],
        validators=[Length(max=2000, message="At most 2000 characters.")],
        render_kw={"maxlength": 2000, "rows": 2},
    )

    as_read = BooleanField(
        "I have read the images; the lesions that I left unchanged are as I see them"
    )

    @property
    def version_seen(self) -> int:
        text = str(self.version.data or "")
        return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def reading_form(
    board: BoardDefinition, shown: Written | None, version: int, other: Sequence[Lesion]
) -> ReadingForm:
    """The form over what is stored, with one empty lesion at the end. `other`: the lesions of the
    other side's reading, for saying which is the same."""
    data: dict[str, Any] = {"version": str(version)}
    if shown is not None:
        findings = asdict(shown.findings)
        data |= {name: findings[name] for name in findings if name != "lesions"}
        data |= {
            "imaging": shown.imaging,
            "imaged_on": shown.imaged_on.isoformat() if shown.imaged_on else "",
            "read_by": shown.read_by,
            "lesions": [_fields_of(one) for one in shown.findings.lesions],
        }
    form = ReadingForm(data=data)
    offered = board.choices_for("imaging_modalities")
    form.imaging.choices = {"": "Choose", **dict(offered)}
    for row in form.lesions:
        _offer(row.form, other)
    _spare(form, other)
    return form


def _spare(form: ReadingForm, other: Sequence[Lesion]) -> None:
    """One empty lesion to write into, without a script too."""
    rows = [row.form for row in form.lesions]
    if (rows and rows[-1].is_blank) or len(rows) > words.MOST_LESIONS:
        return
    texts = [str(row.number.data or "") for row in rows]
    numbers = [int(text) for text in texts if text.isascii() and text.isdigit() and len(text) < 4]
    form.lesions.append_entry({"number": str(max(numbers, default=0) + 1)})
    _offer(form.lesions[-1].form, other)


def _offer(row: Any, other: Sequence[Lesion]) -> None:
    row.same_as.choices = {
        "": "Found by its place",
        NO_VESSEL: "Not seen there",
        **{str(one.number): f"Number {one.number} ({one.where})" for one in other},
    }


def _fields_of(one: Lesion) -> dict[str, Any]:
    fields: dict[str, Any] = {
        "number": str(one.number),
        "segments": list(one.segments),
        "features": list(one.features),
        "x": round(one.x) if one.x is not None else None,
        "y": round(one.y) if one.y is not None else None,
        **{n: getattr(one, n) for n in ("size_mm", "viable_mm", "li_rads", "same_as", "note")},
    }
    if one.contacts == ():
        fields["vessel1"] = NO_VESSEL
    for place, contact in enumerate(one.contacts or (), start=1):
        fields |= {f"vessel{place}": contact.vessel, f"degree{place}": contact.degree}
    return fields


def findings_in(form: ReadingForm) -> Findings:
    """What the form says, be it possible or not."""
    return Findings(
        tuple(_lesion(row) for row in rows_kept(form)),
        **{
            name: getattr(form, name).data or ""
            for name in ("portal", "portal_side", "vein", "vein_which", "duct", "note", "in_all")
        },
        spread=tuple(form.spread.data or ()),
    )


def rows_kept(form: ReadingForm) -> list[Any]:
    """The lesions' forms, without those that are empty or to be removed."""
    return [row.form for row in form.lesions if not row.form.remove.data and not row.form.is_blank]


def written_in(form: ReadingForm, today: dt.date, born: dt.date | None = None) -> Written | None:
    """What the form says; None where something is refused, which then stands beside its field.

    `born`: the patient's day of birth, where it is known.
    """
    form.validate()
    rows, findings = rows_kept(form), findings_in(form)
    fine = not any(field.errors for field in form if field is not form.lesions)
    fine &= not any(field.errors for row in rows for field in row)
    for row in rows:
        fine &= _contacts_are_whole(row)
    for (name, index), reason in refusals(completed(findings)).items():
        place = {"contacts": "vessel1", "number": "segments"}.get(name, name)
        field = rows[index][place] if index is not None else form[place]
        if not field.errors:
            field.errors = [reason]
        fine = False
    imaged_on = None
    try:
        imaged_on = day_of_images(form.imaged_on.data or "", today, born)
    except ValueRefused as refused:
        form.imaged_on.errors = [refused.reason]
        fine = False
    if not fine:
        return None
    return Written(findings, form.imaging.data or "", imaged_on, form.read_by.data or "")


def _lesion(row: Any) -> Lesion:
    contacts = tuple(
        Contact(row[f"vessel{n}"].data, row[f"degree{n}"].data)
        for n in (1, 2, 3)
        if row[f"vessel{n}"].data in words.VESSEL_NAMES and row[f"degree{n}"].data in words.DEGREES
    )
    number = str(row.number.data or "")
    return Lesion(
        number=int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0,
        segments=tuple(s for s in row.segments.data or () if s in SEGMENTS),
        x=row.x.data,
        y=row.y.data,
        size_mm=row.size_mm.data,
        viable_mm=row.viable_mm.data,
        li_rads=row.li_rads.data or "",
        features=tuple(key for key in words.FEATURES if key in (row.features.data or ())),
        contacts=contacts if contacts or row.vessel1.data == NO_VESSEL else None,
        same_as=row.same_as.data or "",
        note=row.note.data or "",
    )


def _contacts_are_whole(row: Any) -> bool:
    fine = True
    for n in (1, 2, 3):
        vessel, degree = row[f"vessel{n}"], row[f"degree{n}"]
        named = vessel.data not in (None, "", NO_VESSEL)
        if named and not degree.data:
            degree.errors = ["Say how the lesion meets this vessel."]
            fine = False
        if degree.data and not named:
            vessel.errors = ["Choose the vessel, or leave this out."]
            fine = False
    if row.vessel1.data == NO_VESSEL and (row.vessel2.data or row.vessel3.data):
        row.vessel1.errors = ["Touches no vessel, and a vessel: choose one of the two."]
        fine = False
    return fine
