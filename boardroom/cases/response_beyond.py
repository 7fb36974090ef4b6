"""What two rounds know outside the targets of mRECIST, and what of it is new, or left. Pure."""

from __future__ import annotations

from dataclasses import dataclass, field

from boardroom.clinical.tumour_reading import SITES


@dataclass(frozen=True)
class Beyond:
    """What one round knows outside the lesions; None and "" where it is not stated.

    `spread`, `invasion`: outside the liver, into vessels. `sites`: keys of SITES, from the map.
    `portal`, `vein`: how far a portal or hepatic vein is invaded ("vp1" …, "vv1" …). `new_lesion`,
    `others`: what facts of this round's own say of new lesions, and of those that are no target
    ("none", "cr", "incomplete", "pd"); `sums`: that the sums recorded progressed, in words.
    """

    spread: bool | None = None
    sites: tuple[str, ...] = ()
    invasion: bool | None = None
    portal: str = ""
    vein: str = ""
    new_lesion: bool | None = None
    others: str = ""
    sums: str = ""


NOTHING_STATED = Beyond()


@dataclass
class Seen:
    """What the walk through lesions, vessels and sites collects, in words."""

    new: list[str] = field(default_factory=list)
    grown: list[str] = field(default_factory=list)
    judge: list[str] = field(default_factory=list)
    left: list[str] = field(default_factory=list)
    unstated: list[str] = field(default_factory=list)


def spread_beyond(then: Beyond, now: Beyond, seen: Seen) -> None:
    more = tuple(site for site in now.sites if site not in then.sites)
    where = ", ".join(SITES[site].lower() for site in more or now.sites)
    words = f"disease outside the liver{f' ({where})' if where else ''}"
    if now.spread:
        if then.spread is False or (then.sites and more):
            seen.new.append(words)
        elif then.spread is None:
            seen.judge.append(f"{words}; nothing was stated of it before")
        seen.left.append("disease outside the liver")
    elif now.spread is None and then.spread:
        seen.unstated.append("disease outside the liver")


def invasion_beyond(then: Beyond, now: Beyond, seen: Seen) -> None:
    named = False
    for name, before, after in (
        ("portal vein invasion", then.portal, now.portal),
        ("hepatic vein invasion", then.vein, now.vein),
    ):
        if after in ("", "none"):
            continue
        named, words = True, f"{name} {after.capitalize()}"
        if before == "none" or (not before and then.invasion is False):
            seen.new.append(words)
        elif not before and then.invasion and _unnamed(then):
            seen.judge.append(f"{words}; invasion was stated before, only its extent is new")
        elif not before:
            seen.judge.append(f"{words}; nothing was stated of it before")
        elif after > before:
            seen.judge.append(f"{name} from {before.capitalize()} to {after.capitalize()}")
        seen.left.append(words)
    if now.invasion and not named:
        if then.invasion is False:
            seen.new.append("invasion of vessels")
        elif then.invasion is None:
            seen.judge.append("invasion of vessels; nothing was stated of it before")
        seen.left.append("invasion of vessels")
    elif now.invasion is None and not named and then.invasion:
        seen.unstated.append("invasion of vessels")


def _unnamed(then: Beyond) -> bool:
    """Whether no vein was named, so that what was said of invasion can be of any."""
    return {then.portal, then.vein} <= {"", "none"}


def stated_beyond(now: Beyond, seen: Seen) -> None:
    """What somebody wrote down of new lesions, of those that are no target, and of the sums."""
    if now.sums:
        seen.grown.append(now.sums)
    if now.new_lesion and not seen.new:
        seen.new.append("a lesion, as stated among the values")
    if now.others == "pd":
        seen.grown.append("lesions that are no target, as stated among the values")
    elif now.others == "incomplete" and not seen.left:
        seen.left.append("lesions that are no target, as stated among the values")
