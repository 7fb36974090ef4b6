"""The clinical letter to the referring hospital, made of the record. Pure.

By specialty: no name of whoever said it, no confidence, no comment.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from boardroom.boards.definition import BoardDefinition
from boardroom.boards.reclassification import another_reason, another_way
from boardroom.clinical.bclc import MIGRATION_REASONS
from boardroom.consensus.represent import in_words
from boardroom.letters import again
from boardroom.letters.compose import AGAINST, Decision, View, options_with
from boardroom.letters.phrases import PhraseLibrary
from boardroom.letters.sentences import capital, inside, joined, paragraphs, said, stop
from boardroom.letters.wording import with_article, within
from boardroom.text import condition, in_sentence, unstopped


def referrer_draft(
    case: Decision, board: BoardDefinition, library: PhraseLibrary
) -> dict[str, str]:
    """{section: text} for the colleague who asked: by specialty, without names and confidence."""
    return {
        "question": paragraphs(
            library.clinical["intro_again" if case.earlier else "intro"],
            stop(case.question),
            again.to_the_referrer(case.earlier, board, library) if case.earlier else "",
        ),
        "consensus": _consensus(case, board, library),
        "panel": _panel(case, board, library),
        "options": _options(case, board),
        "plan": _plan(case),
        "dissent": _dissent(case, board),
        "change": _change(case, board, library),
        "again": _again(case, library),
    }


def _again(case: Decision, library: PhraseLibrary) -> str:
    conditions = "; or ".join(in_words(case.content.represent))
    planned = case.content.rediscuss or conditions
    return paragraphs(
        stop(capital(case.content.rediscuss)),
        library.clinical["comes_back"].format(conditions=conditions) if conditions else "",
        library.clinical["re_present" if planned else "re_present_unplanned"],
    )


def _word(board: BoardDefinition, vocabulary: str, key: str) -> str:
    try:
        return board.label(vocabulary, key) if key else ""
    except LookupError:
        return key


def _consensus(case: Decision, board: BoardDefinition, library: PhraseLibrary) -> str:
    content, clinical = case.content, library.clinical
    first = _word(board, "verdicts", case.first_verdict)
    verdicts = (case.first_verdict, content.verdict)
    same = "another_way" if another_way(*verdicts, board) else "unchanged"
    same = "another_reason" if another_reason(*verdicts, board) else same
    whose = within(_whose(case)) if same == "another_way" else _whose(case)
    by = ", ".join(part for part in (case.first_by, case.first_on) if part)
    against = f"First opinion: {first}{f' ({by})' if by else ''}." if first else ""
    change = {
        "upgraded": "Against the first opinion: upgraded.",
        "downgraded": "Against the first opinion: downgraded.",
        "confirmed": clinical[same].format(whose=whose),
    }.get(case.outcome or "", "")
    why = _word(board, "reclassification_reasons", content.reclassification_reason)
    agreement = {
        "unanimous": said(clinical["agreed"], *_beside_unanimous(case, board, library)),
        "majority": clinical["majority"], "none_reached": clinical["none_reached"],
    }.get(content.strength, "")  # fmt: skip
    migration = MIGRATION_REASONS.get(content.stage_migration, content.stage_migration)
    differs = case.outcome in ("upgraded", "downgraded")
    compared = said(against, change, f"Reason: {in_sentence(why)}." if why and differs else "")
    if case.earlier is not None:
        compared = again.verdict_before(case.earlier, content.verdict, why, board, library)
    return paragraphs(
        said(
            f"The board discussed the case on {case.meeting_day}.",
            f"Its verdict: {_word(board, 'verdicts', content.verdict)}." if content.verdict else "",
            agreement,
        ),
        compared,
        f"Not the stage's first option: {stop(in_sentence(migration))}" if migration else "",
        content.rationale,
    )


def _whose(case: Decision) -> str:
    """Whose the first opinion was, as "your assessment" or by name."""
    if case.first_is_addressees:
        return "your assessment"
    by = with_article(case.first_by)
    return f"the assessment of {by}" if by else "the first assessment"


def _beside_unanimous(
    case: Decision, board: BoardDefinition, library: PhraseLibrary
) -> Iterator[str]:
    """What stands against a decision that is recorded as unanimous, a sentence each."""
    for option in board.options:
        if option.key in case.chosen and (against := case.against(option.key)):
            yield library.clinical["against_before"].format(
                who=_who(against, _with_stance(case, option.key), board),
                option=in_sentence(option.name),
            )
    for kind, phrase in (("reservation", "reserved"), ("dissent", "dissented")):
        if keys := case.signed(kind):
            names = joined([_word(board, "specialties", key) for key in keys])
            yield library.clinical[phrase].format(who=names)


def _with_stance(case: Decision, option: str) -> list[View]:
    """The opinions that say something about an option."""
    silent = ("", "outside_field")
    return [v for v in case.views if v.stances.get(option, ("", ""))[0] not in silent]


_NUMBERS = ("no", "one", "two", "three", "four", "five", "six", "seven", "eight", "nine", "ten")


def _number(count: int) -> str:
    return _NUMBERS[count] if count < len(_NUMBERS) else str(count)


def _who(some: Sequence[View], everybody: Sequence[View], board: BoardDefinition) -> str:
    """The specialties of some opinions; "Oncology (one of two)" where its members differ."""
    all_of = Counter(v.specialty for v in everybody)
    return joined(
        [
            _word(board, "specialties", key)
            + (f" ({_number(n)} of {_number(all_of[key])})" if n < all_of[key] else "")
            for key, n in Counter(v.specialty for v in some).items()
        ]
    )


def _panel(case: Decision, board: BoardDefinition, library: PhraseLibrary) -> str:
    def names(keys: Sequence[str]) -> str:
        return joined(list(dict.fromkeys(_word(board, "specialties", k) for k in keys)))

    parts = []
    judged = [view for view in case.views if view.verdict]
    by_verdict: dict[str, list[View]] = {}
    for view in judged:
        by_verdict.setdefault(view.verdict, []).append(view)
    if by_verdict:
        lines = [
            f"- {_word(board, 'verdicts', verdict)}, by {_who(views, judged, board)}"
            for verdict, views in by_verdict.items()
        ]
        parts.append(
            "Verdicts of the specialties, in writing or in the meeting:\n" + "\n".join(lines)
        )
    for option in board.options:
        fate = case.content.dispositions.get(option.key)
        if fate is None or fate.disposition != "chosen":
            continue
        lines, stated = [], _with_stance(case, option.key)
        for stance in board.stances:
            who = [v for v in stated if v.stances[option.key][0] == stance.key]
            if not who:
                continue
            named = len({v.specialty for v in who}) > 1
            reasons = [
                (f"{_word(board, 'specialties', v.specialty)}: " if named else "")
                + unstopped(v.stances[option.key][1])
                for v in who
                if stance.key == AGAINST and v.stances[option.key][1]
            ]
            line = f"- {stance.name}: {_who(who, stated, board)}"
            lines.append(f"{line} ({'; '.join(reasons)})" if reasons else line)
        if lines:
            parts.append(f"On what was chosen, {option.name}:\n" + "\n".join(lines))
    signed = [s.specialty for s in case.signatures if s.kind == "agree"]
    lines = [f"- Agreed: {names(signed)}"] if signed else []
    lines += [
        f"- With reservation: {_word(board, 'specialties', s.specialty)}"
        f"{f' ({s.text})' if s.text else ''}"
        for s in case.signatures
        if s.kind == "reservation"
    ]
    if against := [s.specialty for s in case.signatures if s.kind == "dissent"]:
        lines.append(f"- Dissent: {names(against)}, see below")
    if lines:
        parts.append(f"{SIGN_OFFS}\n" + "\n".join(lines))
    return paragraphs(*parts) or NOTHING_RECORDED


NOTHING_RECORDED = "No opinion and no sign-off was recorded."
SIGN_OFFS = "Sign-off of the consensus:"


def with_confirmations(panel: str, confirmations: Sequence[str]) -> str:
    """The part on agreement as it is written, with who confirmed the decision since.

    They stand with the sign-offs, so that no specialty seems to be missing that spoke later; what
    the writer said already is not said again. `confirmations`: a sentence each.
    """
    new = [f"- {one}" for one in confirmations if one not in panel]
    if not new:
        return panel
    written = "" if panel.strip() == NOTHING_RECORDED else panel.rstrip()
    before, head, listed = written.partition(SIGN_OFFS)
    if not head:
        return paragraphs(written, "\n".join([SIGN_OFFS, *new]))
    signed, gap, after = listed.partition("\n\n")
    return before + head + "\n".join([signed, *new]) + gap + after


def _options(case: Decision, board: BoardDefinition) -> str:
    lines = []
    for option in board.options:
        fate = case.content.dispositions.get(option.key)
        if fate is None or not fate.disposition:
            lines.append(f"- {option.name}: left open")
        elif fate.disposition != "not_applicable" or fate.reason:
            word = in_sentence(_word(board, "dispositions", fate.disposition))
            lines.append(
                f"- {option.name}: {word}{f'. {stop(fate.reason)}' if fate.reason else ''}"
            )
    rest = [board.option(k).name for k in options_with(case, board, "not_applicable")
            if not case.content.dispositions[k].reason]  # fmt: skip
    if rest:
        word = _word(board, "dispositions", "not_applicable")
        lines.append(f"- {word}: {'; '.join(rest)}")  # an option's name can hold a comma
    return "\n".join(lines)


def _plan(case: Decision) -> str:
    lines = []
    for step in case.content.steps:
        more = ", ".join(part for part in (step.who, in_sentence(step.when)) if part)
        lines.append(f"- {step.what.rstrip('.')}{f' ({more})' if more else ''}")
    by = f" by {case.tell_by}" if case.tell_by and not case.tell_by_is_past else ""
    told = f"The patient is told by {inside(case.teller)}{by}." if case.teller else ""
    return paragraphs("\n".join(lines), told)


def _dissent(case: Decision, board: BoardDefinition) -> str:
    return "\n".join(
        f"- {_word(board, 'specialties', s.specialty)}: {stop(s.text)}"
        + (
            f" To be opened again if: {stop(in_sentence(condition(s.reopen_condition)))}"
            if s.reopen_condition
            else ""
        )
        for s in case.signatures
        if s.kind == "dissent"
    )


def _change(case: Decision, board: BoardDefinition, library: PhraseLibrary) -> str:
    fallbacks = [
        f"- {board.option(key).name}: {stop(reason)}" if reason else f"- {board.option(key).name}"
        for key in options_with(case, board, "fallback")
        for reason in [case.content.dispositions[key].reason]
    ]
    reopen = [
        f"- Open the case again if: {stop(in_sentence(condition(s.reopen_condition)))}"
        for s in case.signatures
        if s.reopen_condition
    ]
    if not fallbacks and not reopen:
        return library.clinical["nothing_else"]
    head = "Fallback:\n" + "\n".join(fallbacks) if fallbacks else ""
    return paragraphs(head, "\n".join(reopen))
