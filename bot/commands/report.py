"""What an administrator sees in their own chat: counts, refusals, failures, what waits, and the record as a file.

Only members of the group that the settings name, looked up as whoever asks, each time anew.
"""

from __future__ import annotations

import datetime as dt
from collections import Counter
from collections.abc import Iterable, Mapping

import cards.report
from bot.changes import Became
from bot.commands.turn import Command, Reply, Turn
from bot.errors import AgainstPolicy, NotAllowed, NotUnderstood, TooLate
from bot.language import Understood
from bot.ledger import Count, Deeds, Report, What
from bot.ledger.export import as_csv
from bot.ledger.record import DAY
from bot.sharing import Change, Ending, Outcome
from bot.texts import _, later
from cards.report import Overview, SignedOut, Waits

INTENT = "report"
EXPORTED = "export_record"
# In days: what the words for a time mean, and what is meant where none is named.
TIMES = {"day": 1, "week": 7, "month": 30, "quarter": 90}
MONTH = 30
# No record is kept for longer than anybody would look back.
LONGEST = 3660
# As many rows as a file of some ten MB has, which is made in memory; of more the command line writes all.
MOST = 50_000
NOTHING = Deeds("", 0, 0)
FAILED = {
    *((What.SHARED.value, each.value) for each in (Outcome.REFUSED, Outcome.UNSURE)),
    *((what.value, Ending.STAYS.value) for what in (What.ENDED, What.UNDONE)),
    *((what.value, Became.REFUSED.value) for what in (What.CHANGED, What.UNDONE)),
}


async def show(turn: Turn, understood: Understood) -> Reply:
    await _check(turn)
    return await _shown(turn, _meant(turn, understood))


async def of_time(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    days = _days(key)
    await _check(turn)
    await turn.record.asked(turn.person, INTENT)
    return await _shown(turn, days)


async def export(turn: Turn, key: str, _inputs: dict[str, str]) -> Reply:
    """The record of that time as a file of their own."""
    days = _days(key)
    await _check(turn)
    await turn.record.asked(turn.person, EXPORTED)
    lines: list[str] = []
    async for line in as_csv(turn.record.kept(_now(turn) - days * DAY)):
        lines.append(line)
        # The first has the names of the columns.
        if len(lines) > MOST + 1:
            raise NotUnderstood(
                _("More than {count} rows are too many for one file. Please choose a shorter time.", count=MOST)
            )
    name = _("Sharebot record {when}", when=turn.now.astimezone(turn.timezone).strftime("%Y-%m-%d %H.%M.%S"))
    # By its first mark Excel knows how the letters are written.
    content = "\ufeff" + "".join(lines)
    item = await turn.graph.save(f"{name}.csv", content.encode(), "text/csv")
    return Reply(cards.report.exported(item, len(lines) - 1, days), is_private=True)


async def _check(turn: Turn) -> None:
    """Raises NotAllowed."""
    if not turn.administrators:
        raise NotAllowed(_("Nobody can see a report here: whoever runs me has named no group of administrators."))
    if turn.administrators not in await turn.graph.my_groups():
        raise NotAllowed(_("The report is for the group of administrators alone, and you are not in it."))


def _meant(turn: Turn, understood: Understood) -> int:
    until = understood.request.until if understood.request else None
    if until is None or until.at is None:
        return TIMES.get(understood.wish, MONTH)
    return min(max((until.at.astimezone(turn.timezone).date() - turn.now.date()).days, 1), LONGEST)


def _days(key: str) -> int:
    """What a button says behind a dot: before it there is the key of nothing. Raises TooLate for what none says."""
    days = key.removeprefix(".")
    if not (days.isascii() and days.isdecimal() and 1 <= int(days[:5]) <= LONGEST):
        raise TooLate
    return int(days)


def _now(turn: Turn) -> int:
    return int(turn.work.now().timestamp())


async def _shown(turn: Turn, days: int) -> Reply:
    now = _now(turn)
    report = await turn.reports.now(now, now - days * DAY)
    return Reply(cards.report.report(_overview(report, await turn.reports.names(report), days, turn)), is_private=True)


def _overview(report: Report, names: Mapping[str, str], days: int, turn: Turn) -> Overview:
    done = {each.what: each for each in report.deeds}
    shared = done.get(What.SHARED.value, NOTHING)

    def of(what: What) -> int:
        return done.get(what.value, NOTHING).shares

    def moment(seconds: int) -> dt.datetime:
        return dt.datetime.fromtimestamp(seconds, turn.timezone)

    return Overview(
        days=days,
        shares=shared.shares,
        recipients=shared.recipients,
        ended=of(What.ENDED),
        undone=of(What.UNDONE),
        changed=of(What.CHANGED),
        rules=_most((each.rule, each.count) for each in report.counts if each.rule and _is_refused(each)),
        refused=_most((each.code, each.count) for each in report.counts if not each.rule and _is_refused(each)),
        failed=_most((each.code or each.outcome, each.count) for each in report.counts if _has_failed(each)),
        untold=sum(each.count for each in report.counts if each.what == What.NOT_TOLD.value),
        stands=report.stands,
        without_end=report.without_end,
        overdue=report.late,
        requests=report.requests,
        waiting=report.waiting,
        approvals=tuple(
            Waits(
                names.get(each.asker, each.asker),
                each.rule,
                tuple(names.get(person, person) for person in each.approvers),
                moment(each.asked_at),
                moment(each.due_at),
            )
            for each in report.approvals
        ),
        lost=report.lost,
        signed_out=tuple(
            SignedOut(names.get(each.sharer, each.sharer), each.shares, each.late, moment(each.ends_at))
            for each in report.signed_out
        ),
    )


def _is_refused(count: Count) -> bool:
    """A whole request, or one person on a card. What a rule refused on the card is refused at the click as well."""
    is_planned = count.what == What.PLANNED.value and count.outcome == Change.REFUSED.value
    return count.what == What.REFUSED.value or is_planned


def _has_failed(count: Count) -> bool:
    """What was tried and came to nothing, or nobody knows to what; a rule's no is none of it.

    The rule of a row may also be one that gave an end or a role.
    """
    is_trouble = count.what == What.TROUBLE.value or (count.what, count.outcome) in FAILED
    return is_trouble and count.code != AgainstPolicy.__name__


def _most(pairs: Iterable[tuple[str, int]]) -> tuple[tuple[str, int], ...]:
    """What is the same together, the most frequent first."""
    total: Counter[str] = Counter()
    for what, count in pairs:
        total[what] += count
    return tuple(sorted(total.items(), key=lambda each: (-each[1], each[0])))


COMMAND = Command(
    intent=INTENT,
    example=later("report"),
    what=later("For administrators: how much is shared, what was refused or failed, and what waits for whom."),
    say=show,
    clicks={"report.show": of_time, "report.export": export},
)
