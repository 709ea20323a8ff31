"""A hundred files for fifty people behind one card: how long it takes, and what it takes of Graph, by a whole bot on a
PostgreSQL; with Graph as generous as it likes, and with what SharePoint gives an app in the smallest tenant.

    python -m bench.many
"""

from __future__ import annotations

import argparse
import asyncio
import sys
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from bench.figures import Table, Target, report
from bench.postgresql import postgresql
from bench.process import NoAnswer
from bench.shares import CALLS, FILES, Place, place
from contoso.buttons import has, press
from contoso.files import Item
from contoso.ids import item_id
from contoso.people import Person

MANY_FILES, MANY_PEOPLE = 100, 50
# Units for an app in a minute where a tenant has up to 1,000 licences.
# https://learn.microsoft.com/sharepoint/dev/general-development/how-to-avoid-getting-throttled-or-blocked-in-sharepoint-online
SMALLEST = 1_200
WITHIN = 20 * 60.0
# A tenth is left to others, and what Graph gives anew it tells with the minute.
MOST_OF_BEST = 2.0


@dataclass(frozen=True)
class Seen:
    seconds: float
    given: int
    calls: int
    units: int
    refused: int


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.many", description=__doc__)
    parser.add_argument("--files", type=int, default=MANY_FILES)
    parser.add_argument("--people", type=int, default=MANY_PEOPLE)
    chosen = parser.parse_args()
    with tempfile.TemporaryDirectory() as directory, postgresql() as server:
        try:
            async with place(Path(directory), server.get_uri()) as here:
                free = await many(here, here.people[0], chosen.files, chosen.people, None)
                # Whoever gets a mail or a card of these has it before the others begin.
                async with asyncio.timeout(WITHIN):
                    await here.rests()
                tight = await many(here, here.people[1], chosen.files, chosen.people, SMALLEST)
        except (NoAnswer, TimeoutError) as error:
            print(f"It did not come to its end: {error}")
            return 1
    wanted = chosen.files * chosen.people
    # What is given in the first minute is given at once.
    best = max(free.seconds, (tight.units / SMALLEST - 1) * 60.0)
    rows = [_row("as it likes", free), _row(f"{SMALLEST:,} units in a minute", tight)]
    columns = ("Graph gives", "s", "have it", "requests", "units for files", "refused as too many")
    targets = [
        Target(
            "each has each", f"{free.given:,} and {tight.given:,} of {wanted:,}", free.given == tight.given == wanted
        ),
        Target(
            f"where Graph gives little, none refused and at most {MOST_OF_BEST:.0f} times what it allows at best",
            f"{tight.refused} and {tight.seconds:.0f} s, at best {best:.0f} s",
            not tight.refused and tight.seconds <= MOST_OF_BEST * best,
        ),
    ]
    return report(
        targets, [Table(f"{chosen.files} files for {chosen.people} people, from the press on", columns, rows)]
    )


async def many(here: Place, sharer: Person, files: int, people: int, limit: int | None) -> Seen:
    contoso, client = here.contoso, here.contoso.client
    drive = contoso.files.drive_of(sharer.id)
    assert drive is not None
    names = [f"Report {number:03} of {sharer.mail.partition('.')[0]}.docx" for number in range(files)]
    items = [
        Item(drive.id, item_id(drive.id, each), drive.root_id, each, False, 1, sharer, contoso.now()) for each in names
    ]
    contoso.files.put(drive, items, [])
    others = [each.mail for each in here.people if each is not sharer][:people]
    await client.say(sharer, f"share {', '.join(names)} with {', '.join(others)} as write")
    asks = await client.wait_for(sharer, lambda each: has(each.card or {}, "Share all"), WITHIN)
    contoso.units_per_minute = limit
    before, began = here.spent(), time.perf_counter()
    refused = here.asked.refused
    chat, data = contoso.chats.personal(sharer.id), press(asks.card or {}, "Share all", {})
    answer = await client.press(sharer, chat, asks.id, data)
    if answer.status != 200:
        raise NoAnswer(f"A press was answered with {answer.status}.")
    await client.wait_for(sharer, lambda each: has(each.card or {}, "Undo all"), WITHIN)
    seconds, after = time.perf_counter() - began, here.spent()
    after.subtract(before)
    given = sum(contoso.roles(each).get(mail) == "write" for each in items for mail in others)
    return Seen(seconds, given, after[CALLS], after[FILES], here.asked.refused - refused)


def _row(name: str, seen: Seen) -> tuple[str, ...]:
    return (
        *(name, f"{seen.seconds:.1f}", f"{seen.given:,}"),
        *(f"{seen.calls:,}", f"{seen.units:,}", f"{seen.refused:,}"),
    )


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
