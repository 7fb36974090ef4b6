"""What a rehearsal needs before it can begin: people, invented cases, a meeting of its own.

All of it is made through the pages, as a coordinator and an administrator would make it, so that
the demonstration's own meeting is left alone.
"""

from __future__ import annotations

import datetime as dt
import random
import re
import secrets
from dataclasses import dataclass, field
from html import unescape

from boardroom.rehearsal.colleague import Colleague, Unexpected
from boardroom.rehearsal.ledger import Ledger
from boardroom.rehearsal.pages import Page

MOST_ACCOUNTS = 40  # a password is hashed for each; beyond, people have several screens open
ROLES = ("chair", "coordinator", "observer", "referrer", "administrator")
_BUTTON = re.compile(
    r'name="person" value="(\d+)".*?<b>([^<]*)</b>\s*<small>([^<]*)</small>', re.DOTALL
)


@dataclass(frozen=True)
class Account:
    """Somebody who can sign in with a button. `specialty` in words; empty for who has no vote."""

    person: int
    name: str
    role: str
    specialty: str


@dataclass
class Place:
    """Where the rehearsal is held: the meeting, its cases in order, who is invited."""

    meeting: int
    codes: dict[int, str] = field(default_factory=dict)
    accounts: list[Account] = field(default_factory=list)

    def seats(self, people: int) -> list[Account]:
        """Whose client each one is: everybody once, then again from the beginning."""
        return [self.accounts[n % len(self.accounts)] for n in range(people)]


async def prepare(
    url: str, people: int, cases: int, ledger: Ledger, chance: random.Random
) -> Place:
    """Make everything that is missing. Raises Unexpected where the server is no demonstration."""
    helper = Colleague(url, "the rehearsal", "coordinator", ledger)
    try:
        accounts = accounts_on(await helper.text("/sign-in"))
        if not any(account.role == "chair" for account in accounts):
            raise Unexpected(f"{url} shows no demonstration. Start one with: boardroom demo")
        wanted = min(people, MOST_ACCOUNTS)
        if len(_in_order(accounts)) < wanted:
            await invite(url, accounts, wanted - len(_in_order(accounts)), ledger)
            accounts = accounts_on(await helper.text("/sign-in"))
        coordinator = next(a for a in accounts if a.role == "coordinator")
        await helper.sign_in(coordinator.person)
        place = Place(await _meeting(helper, cases), accounts=_in_order(accounts)[:wanted])
        for number in range(cases):
            case_id, code = await _case(helper, number, chance)
            await helper.post(
                f"/meetings/{place.meeting}/agenda",
                {"case": str(case_id), "override": "A rehearsal"},
            )
            place.codes[case_id] = code
        return place
    finally:
        await helper.close()


def accounts_on(html: str) -> list[Account]:
    """The people whom a sign-in page offers as buttons."""
    found = []
    for number, name, words in _BUTTON.findall(html):
        said = [unescape(word).strip() for word in words.split("·")]
        role = said[0].lower() if said[0].lower() in ROLES else "specialist"
        voted = said[1:] if role in ROLES else said
        specialty = voted[0] if voted and role != "referrer" else ""
        found.append(Account(int(number), unescape(name).strip(), role, specialty))
    return found


def _in_order(accounts: list[Account]) -> list[Account]:
    """Who may watch: the chair, one for each specialty, the others. Referrers may not."""
    seen: set[str] = set()

    def place(account: Account) -> int:
        if account.role == "chair":
            seen.add(account.specialty)
            return 0
        if account.specialty and account.specialty not in seen:
            seen.add(account.specialty)
            return 1
        return 2

    able = [account for account in accounts if account.role != "referrer"]
    chairs_first = sorted(able, key=lambda account: account.role != "chair")
    return sorted(chairs_first, key=place)


async def invite(url: str, accounts: list[Account], many: int, ledger: Ledger) -> None:
    """Invite more colleagues: the administrator makes a link, they choose a password with it."""
    host = Colleague(url, "the administrator", "administrator", ledger)
    try:
        await host.sign_in(next(a.person for a in accounts if a.role == "administrator"))
        home = await host.text("/")
        found = re.search(r"/boards/([^/\"]+)/people", home)
        board = found[1] if found else "liver"
        page = await host.page(f"/boards/{board}/people/invite")
        host.token = page.token
        form = page.form(offering="specialty")
        specialties = form.words("specialty") if form else []
        taken = sum(a.name.startswith("Rehearsal Guest") for a in accounts)
        for number in range(taken + 1, taken + many + 1):
            watches = number % 5 == 0
            await host.post(
                f"/boards/{board}/people/invite",
                {
                    "name": f"Rehearsal Guest {number:02d}",
                    "email": f"rehearsal-{number:02d}@boardroom.example",
                    "hospital": "Rehearsal Hospital",
                    "role": "observer" if watches else "specialist",
                    "specialty": "" if watches else specialties[number % len(specialties)],
                },
            )
            shown = await host.text(f"/boards/{board}/people")
            link = re.search(r"/invitation/[\w.~-]+", shown)
            if link is None:
                raise Unexpected("an invitation showed no link")
            await _accept(url, link[0], ledger)
    finally:
        await host.close()


async def _accept(url: str, link: str, ledger: Ledger) -> None:
    guest = Colleague(url, "a guest", "specialist", ledger)
    try:
        page = await guest.page(link)
        word = secrets.token_urlsafe(18)
        await guest.post(link, {"new": word, "again": word}, token=page.token)
    finally:
        await guest.close()


async def _meeting(coordinator: Colleague, cases: int) -> int:
    page = await coordinator.page("/meetings/new")
    coordinator.token = page.token
    form = page.form(offering="title")
    # Tomorrow is ahead in every time zone; a meeting may begin before its time.
    day = dt.datetime.now(dt.UTC).date() + dt.timedelta(days=1)
    values = (form.fields if form else {}) | {
        "title": "Rehearsal",
        "place": "Nowhere: this meeting is a rehearsal",
        "day": day.isoformat(),
        "time": "12:00",
        "length": str(max(30, min(480, cases * 6))),
    }
    _, headers, _ = await coordinator.post("/meetings/new", values)
    return _number_in(headers["Location"], "meetings")


async def _case(coordinator: Colleague, number: int, chance: random.Random) -> tuple[int, str]:
    """An invented referral, long enough to weigh what a real one weighs on a screen."""
    about = f"Rehearsal case {number + 1}. Invented from end to end. "
    _, headers, _ = await coordinator.post(
        "/cases/new",
        {
            "patient-name": f"Rehearsal Patient {number + 1}",
            "patient-record_number": f"R-{secrets.token_hex(4)}",
            "question": about + "Can what is left of the liver carry the operation?",
        },
    )
    case_id = _number_in(headers["Location"], "cases")
    for _ in range(chance.randint(1, 4)):
        await coordinator.post(f"/cases/{case_id}/parts/lesions", {})
    page = await coordinator.page(f"/cases/{case_id}/edit")
    await coordinator.post(f"/cases/{case_id}/save", _referral(page, about, chance), part=True)
    await coordinator.post(f"/cases/{case_id}/move", {"move": "submit"})
    shown = await coordinator.text(f"/cases/{case_id}")
    code = re.search(r"case-code[^>]*>([^<]+)<", shown)
    if code is None:
        raise Unexpected(f"case {case_id} shows no code")
    return case_id, code[1].strip()


def _referral(page: Page, about: str, chance: random.Random) -> dict[str, str]:
    form = page.form(r"/cases/\d+/save$")
    assert form is not None, "the long form has its place"

    def word(name: str) -> str:
        return chance.choice(form.words(name) or [""])

    today = dt.datetime.now(dt.UTC).date()
    values = {
        "version": form.fields.get("version", ""),
        "patient-sex": chance.choice(("female", "male")),
        "patient-birth_date": f"{chance.randint(1940, 1985)}-05-17",
        "referrer_name": "Dr Rehearsal Referrer",
        "referrer_hospital": "Rehearsal Hospital",
        "diagnosis": word("diagnosis"),
        "first_verdict": word("first_verdict"),
        "first_reason": about + "Said elsewhere: too much liver would have to go.",
        "first_by": "Dr Rehearsal Elsewhere",
        "first_plan": "Systemic therapy.",
        "summary": about * 6,
        "comorbidity": "None that is not invented.",
        "ecog": chance.choice("012"),
        "patient_wants": "To be told in plain words what can be done.",
    }
    for name in form.fields:
        if re.fullmatch(r"lesions-\d+-segments", name):
            values[name] = chance.choice(("II, III", "IVa", "V, VIII", "VI", "VII"))
        elif re.fullmatch(r"lesions-\d+-size_mm", name):
            values[name] = str(chance.randint(8, 90))
    for key, low, high in (("albumin", 28, 45), ("platelets", 60, 320), ("bilirubin", 5, 40)):
        units = form.words(f"fact-{key}-1-unit")
        if units:
            values |= {
                f"fact-{key}-1-value": str(chance.randint(low, high)),
                f"fact-{key}-1-unit": units[0],
                f"fact-{key}-1-taken_on": (today - dt.timedelta(days=9)).isoformat(),
            }
    return values


def _number_in(address: str, name: str) -> int:
    found = re.search(rf"/{name}/(\d+)", address)
    if found is None:
        raise Unexpected(f"the way to the new one of {name} is missing in {address}")
    return int(found[1])
