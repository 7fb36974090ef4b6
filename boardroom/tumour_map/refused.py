"""Which fields of a reading were refused, for the list at the top of its page."""

from __future__ import annotations

from typing import Any

from wtforms import HiddenField

from boardroom.tumour_map.forms import Choices, ReadingForm, rows_kept


def refused_fields(form: ReadingForm, *, compared: bool) -> list[tuple[str, str, str]]:
    """(element to go to, label, reason) of each field that is refused, in the page's order.

    `compared`: whether the page has another reading, and asks which lesion of it is the same.
    """
    fields: list[tuple[Any, str]] = []
    for field in form:
        if field is form.lesions:
            rows = rows_kept(form)
            fields += [(one, f"Lesion {row.number.data}: ") for row in rows for one in row]
        elif not isinstance(field, HiddenField):
            fields.append((field, ""))  # a hidden one of the whole form has no place to go to
    return [
        (_goes_to(field, compared=compared),
         whose + (field.label.text if whose == "" else _small(field.label.text)),
         " ".join(str(reason) for reason in field.errors))
        for field, whose in fields
        if field.errors
    ]  # fmt: skip


def _goes_to(field: Any, *, compared: bool) -> str:
    """The control itself: of several checkboxes the first, of a field of a lesion that is hidden or
    not on the page its lesion's first."""
    if isinstance(field, HiddenField) or (field.short_name == "same_as" and not compared):
        return f"{field.id.removesuffix(field.short_name)}segments-0"
    return f"{field.id}-0" if isinstance(field, Choices) else str(field.id)


def _small(label: str) -> str:
    return label if label.startswith("LI-RADS") else label[:1].lower() + label[1:]
