"""How the papers write days, times and durations: the same on every machine."""

from __future__ import annotations

import datetime as dt
import re
from zoneinfo import ZoneInfo

_DAYS = "Mon Tue Wed Thu Fri Sat Sun".split()
_MONTHS = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec".split()
_WRITTEN_DAY = re.compile(rf"(?:[A-Z][a-z]+ )?(\d{{1,2}}) ({'|'.join(_MONTHS)}) (\d{{4}})")


class Clock:
    """Puts moments into words in one time zone, the same on every machine."""

    def __init__(self, time_zone: str) -> None:
        self.zone = ZoneInfo(time_zone)

    def day(self, moment: dt.datetime) -> str:
        """ "Thu 26 Nov 2026"."""
        local = moment.astimezone(self.zone)
        return with_weekday(local.date())

    def time(self, moment: dt.datetime | None) -> str:
        """ "16:30", or nothing."""
        return f"{moment.astimezone(self.zone):%H:%M}" if moment else ""

    def full(self, moment: dt.datetime | None) -> str:
        """ "Thu 26 Nov 2026, 16:30", or nothing."""
        return f"{self.day(moment)}, {self.time(moment)}" if moment else ""

    def brief(self, moment: dt.datetime) -> str:
        """ "26 Nov, 16:30"."""
        local = moment.astimezone(self.zone)
        return f"{local.day} {_MONTHS[local.month - 1]}, {local:%H:%M}"

    def span(self, start: dt.datetime | None, end: dt.datetime | None) -> str:
        """ "16:30–17:05", with an open end where one is not known."""
        return f"{self.time(start)}–{self.time(end)}" if start else ""


def date(day: dt.date | None) -> str:
    """ "26 Nov 2026", or nothing."""
    return f"{day.day} {_MONTHS[day.month - 1]} {day.year}" if day else ""


def with_weekday(day: dt.date) -> str:
    """ "Thu 26 Nov 2026"."""
    return f"{_DAYS[day.weekday()]} {date(day)}"


def iso(written: str) -> str:
    """ "2026-11-26" of "Thu 26 Nov 2026"; words that name no day are left as they are."""
    found = _WRITTEN_DAY.fullmatch(written)
    if found is None:
        return written
    day, month, year = found.groups()
    return f"{year}-{_MONTHS.index(month) + 1:02}-{int(day):02}"


def minutes(seconds: int | None) -> str:
    """ "4 min 12 s", or nothing."""
    if seconds is None:
        return ""
    whole, rest = divmod(seconds, 60)
    parts = [f"{whole} min"] * bool(whole) + [f"{rest} s"] * bool(rest or not whole)
    return " ".join(parts)


def minutes_between(start: dt.datetime, end: dt.datetime) -> int:
    """As a reader reckons them from the two times, which are shown without seconds."""
    start, end = (moment.replace(second=0, microsecond=0) for moment in (start, end))
    return max(0, (end - start) // dt.timedelta(minutes=1))


def length(start: dt.datetime | None, end: dt.datetime | None) -> str:
    """ "1 h 5 min", or nothing; see `minutes_between`."""
    if start is None or end is None:
        return ""
    hours, rest = divmod(minutes_between(start, end), 60)
    return " ".join([f"{hours} h"] * bool(hours) + [f"{rest} min"] * bool(rest or not hours))
