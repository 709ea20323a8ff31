"""Many people share, undo and press twice, for minutes, while everything around two replicas fails now and then and one
of them is killed again and again. Afterwards every right, mail, notice, receipt and record has to be what was meant.

`python -m bench.soak --minutes 10 --people 50`
"""

from __future__ import annotations

import argparse
import asyncio
import contextlib
import json
import os
import random
import statistics
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx
import psycopg

from bench.ports import free_port
from bench.postgresql import postgresql
from bench.process import ROOT
from contoso.buttons import press as button
from contoso.client import Answer
from contoso.delivery import BotTrouble
from contoso.faults import Rule
from contoso.files import Item
from contoso.ids import item_id
from contoso.people import Person
from contoso.server import running
from contoso.tenant import CAUTIOUS, Contoso

SEALING_KEY = "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA="
# Seconds: between two deeds of a person, between two faults, between two kills; how long it may take to settle.
THINKS, FAULT_EVERY, KILL_EVERY, SETTLES_WITHIN = (5.0, 25.0), 0.4, 25.0, 300.0
STARTS_WITHIN = 120.0
GIVES_UP_AFTER = 20  # tries of what a person wants, while everything works again
UNDONE, ENDED, TWICE = 0.25, 0.25, 0.2
THEY_HAVE_IT = "Nothing to change"
QUIET = 3  # looks one second apart
LEFT = """SELECT (SELECT count(*) FROM sharebot_work.workflow_status WHERE status = 'PENDING')
               + (SELECT count(*) FROM ends WHERE ended_at IS NULL AND ends_at <= %s)"""
UNTOLD = """SELECT receipt, told.person_id FROM told JOIN ends USING (key)
            WHERE told.what = 'shared' AND told.way NOT IN ('teams', 'mail')"""
BUSY = (("Retry-After", "1"),)
FAULTS = (
    *(Rule("graph", status=status, times=1) for status in (500, 502, 503, 504)),
    *(Rule("graph", status=status, headers=BUSY, times=1) for status in (429, 503)),
    Rule("graph", drop="request", times=1),
    Rule("graph", "GET", delay=2.0, times=1),
    Rule("graph", "POST", r"/invite$", drop="request", times=1),
    Rule("graph", "POST", r"/invite$", drop="reply", times=1),
    Rule("graph", "POST", r"/invite$", status=504, done=True, times=1),
    Rule("graph", "POST", r"/invite$", late=5.0, times=1),
    Rule("graph", "DELETE", drop="reply", times=1),
    Rule("graph", "DELETE", status=500, times=1),
    Rule("entra", path="/token", status=503, times=1),
    *(Rule("connector", "POST", status=status, headers=BUSY, times=1) for status in (412, 429, 503)),
    Rule("connector", status=502, times=1),
    Rule("connector", drop="reply", times=1),
    Rule("bot", path="adaptiveCard/action", twice=True, times=1),
    Rule("bot", path="adaptiveCard/action", drop="reply", times=1),
    Rule("bot", path="message", twice=True, times=1),
)


@dataclass
class Deed:
    """What one person wants: a file of theirs for one other person, and maybe back again.

    `known` is what the last card said of it: "" while none did; `since`, the last message before; `seconds` it took.
    """

    owner: Person
    item: Item
    other: Person
    role: str
    back: str
    since: int
    known: str = ""
    seconds: float = 0.0
    doubts: int = 0


@dataclass
class Replica:
    """A bot, and where it is to be reached."""

    name: str
    environment: dict[str, str]
    log: Path
    process: asyncio.subprocess.Process | None = None
    is_up: bool = False

    @property
    def url(self) -> str:
        return self.environment["PUBLIC_URL"]

    async def start(self) -> None:
        port = free_port()
        self.environment |= {"PORT": str(port), "PUBLIC_URL": f"http://127.0.0.1:{port}"}
        with self.log.open("ab") as output:
            self.process = await asyncio.create_subprocess_exec(
                *(sys.executable, "app.py", "serve"),
                cwd=ROOT,
                env={**os.environ, **self.environment},
                stdout=output,
                stderr=output,
            )
        async with asyncio.timeout(STARTS_WITHIN), httpx.AsyncClient() as http:
            while not self.is_up:
                assert self.process.returncode is None, self.log.read_text()[-3000:]
                with contextlib.suppress(httpx.TransportError):
                    self.is_up = (await http.get(f"{self.url}/healthz")).is_success
                await asyncio.sleep(0.05)

    async def kill(self) -> None:
        self.is_up = False
        if self.process and self.process.returncode is None:
            self.process.kill()
            await self.process.wait()


@dataclass
class Soak:
    contoso: Contoso
    replicas: Sequence[Replica]
    database_url: str
    until: float  # as time.monotonic()
    deeds: list[Deed] = field(default_factory=list[Deed])
    kills: int = 0
    faults: int = 0
    troubles: Counter[str] = field(default_factory=Counter[str])
    untold: set[tuple[str, str]] = field(default_factory=set[tuple[str, str]])  # name of the file and id of the person

    @property
    def is_on(self) -> bool:
        return time.monotonic() < self.until

    # What people do

    async def live(self, person: Person, others: Sequence[Person]) -> None:
        await asyncio.sleep(random.uniform(0, THINKS[1]))
        while self.is_on:
            chance = random.random()
            back = "undo" if chance < UNDONE else "end" if chance < UNDONE + ENDED else ""
            other = random.choice([each for each in others if each is not person])
            deed = Deed(
                person,
                self._new_file(person),
                other,
                random.choice(("read", "write")),
                back,
                int(self.contoso.chats.new_id(self.contoso.now())),
            )
            self.deeds.append(deed)
            await self._carry_out(deed)
            await asyncio.sleep(random.uniform(*THINKS))

    async def _carry_out(self, deed: Deed) -> None:
        """As a person does who looks at the answer, and tries again where there is none."""
        began = time.monotonic()
        for _ in self._tries():
            if await self._asked(deed) and await self._settled(deed, "Share", ("can edit", "can view", "refused")):
                break
        deed.seconds = time.monotonic() - began
        if deed.known != "shared" or not deed.back:
            return
        if deed.back == "end":
            await self._comes_due(deed)
            return
        for _ in self._tries():
            if await self._settled(deed, "Undo", ("Undone",)):
                return

    def _tries(self) -> Iterator[int]:
        """Patient while things fail; afterwards it has to work soon."""
        left = GIVES_UP_AFTER
        while left:
            left -= not self.is_on
            yield left

    async def _asked(self, deed: Deed) -> bool:
        """Whether there is a card to press."""
        until = " until in 3 days" if deed.back == "end" else ""
        self._goes_somewhere()
        try:
            await self.contoso.client.say(
                deed.owner, f"share {deed.item.name} with {deed.other.mail} as {deed.role}{until}"
            )
        except BotTrouble as trouble:
            self.troubles[type(trouble).__name__] += 1
            await asyncio.sleep(1.0)
        for _ in range(20):
            if self._card_with(deed, "Share"):
                return True
            if any(THEY_HAVE_IT in words for _, words, _ in self._cards(deed.owner, deed)):
                # It was done where nobody was sure.
                deed.known, deed.back = "shared", "end" if deed.back == "end" else ""
                return True
            await asyncio.sleep(0.5)
        return False

    async def _settled(self, deed: Deed, title: str, words: Sequence[str]) -> bool:
        """Whether the card says for certain what became of it, after some presses."""
        if title == "Share" and deed.known:
            return True
        for _ in range(8):
            if found := self._card_with(deed, title):
                twice = random.random() < TWICE
                await asyncio.gather(*(self._press(deed, *found, title) for _ in range(1 + twice)))
            for _ in range(6):
                said = self._said(deed)
                if any(each in said for each in words) and "Share this?" not in said:
                    deed.known = "undone" if "Undone" in said else "refused" if "refused" in said else "shared"
                    return True
                if "had it already" in said:
                    deed.known = "shared"
                    return True
                if "not sure" in said:
                    deed.doubts += 1
                    return False
                await asyncio.sleep(0.5)
        return False

    async def _press(self, deed: Deed, message: str, action: Any, title: str) -> None:
        chat = self.contoso.chats.personal(deed.owner.id)
        self._goes_somewhere()
        try:
            answer: Answer = await self.contoso.client.press(deed.owner, chat, message, action)
            if isinstance(answer.value, str):
                self.troubles[f"{title}: {answer.value[:60]}"] += 1
        except BotTrouble as trouble:
            self.troubles[type(trouble).__name__] += 1
            await asyncio.sleep(1.0)

    async def _comes_due(self, deed: Deed) -> None:
        """As if its time had come."""
        async with await psycopg.AsyncConnection.connect(self.database_url) as database:
            await database.execute(
                "UPDATE ends SET ends_at = %s, due_at = %s WHERE ended_at IS NULL AND receipt LIKE %s",
                (now(), now(), f"%{deed.item.name}%"),
            )

    def _goes_somewhere(self) -> None:
        """To a replica that is up, as a proxy would see to."""
        up = [each for each in self.replicas if each.is_up]
        if up:
            self.contoso.bot_endpoint = f"{random.choice(up).url}/api/messages"

    def _new_file(self, owner: Person) -> Item:
        files = self.contoso.files
        drive = files.drive_of(owner.id)
        assert drive
        name = f"soak{len(self.deeds):06}.txt"
        item = Item(drive.id, item_id(drive.id, name), drive.root_id, name, False, 1, owner, self.contoso.now())
        files.put(drive, [item], [])
        return item

    # What is to be seen

    def _cards(self, who: Person, deed: Deed) -> list[tuple[str, str, Any]]:
        """Message, words and card, oldest first, of those about this file."""
        found: list[tuple[str, str, Any]] = []
        for each in self.contoso.client.messages(who):
            if int(each.id) < deed.since:
                continue
            words = json.dumps(each.card, ensure_ascii=False) if each.card else ""
            if deed.item.name in words:
                found.append((each.id, words, each.card))
        return found

    def _card_with(self, deed: Deed, title: str) -> tuple[str, Any] | None:
        for message, _, card in reversed(self._cards(deed.owner, deed)):
            with contextlib.suppress(LookupError):
                return message, button(card, title, {})
        return None

    def _said(self, deed: Deed) -> str:
        """The newest of what is said of it that is no question: of a share that was asked for twice one may be."""
        said = [words for _, words, _ in self._cards(deed.owner, deed)]
        return next((words for words in reversed(said) if "Share this?" not in words), "")

    # What goes wrong

    async def breaks(self) -> None:
        while self.is_on:
            await asyncio.sleep(random.uniform(0, 2 * FAULT_EVERY))
            if len(self.contoso.faults) < 6:
                self.contoso.faults.append(random.choice(FAULTS))
                self.faults += 1
        self.contoso.faults.clear()

    async def kills_now_and_then(self, every: float) -> None:
        for number in range(sys.maxsize):
            await asyncio.sleep(min(every, max(0.0, self.until - time.monotonic())))
            if not self.is_on:
                return
            replica = self.replicas[number % len(self.replicas)]
            await replica.kill()
            self.kills += 1
            await replica.start()

    # Afterwards

    async def comes_to_rest(self) -> bool:
        """Whether all that was begun has come to its end, and all that was due; both are killed and started before."""
        for each in self.replicas:
            await each.kill()
        async with await psycopg.AsyncConnection.connect(self.database_url) as database:
            await database.execute(
                "UPDATE ends SET due_at = ends_at WHERE ended_at IS NULL AND ends_at <= %s", (now(),)
            )
        for each in self.replicas:
            await each.start()
        until, quiet = time.monotonic() + SETTLES_WITHIN, 0
        while quiet < QUIET and time.monotonic() < until:
            await asyncio.sleep(1.0)
            async with await psycopg.AsyncConnection.connect(self.database_url) as database:
                row = await (await database.execute(LEFT, (now(),))).fetchone()
            quiet = quiet + 1 if row == (0,) else 0
        return quiet >= QUIET

    async def learn_who_was_not_told(self) -> None:
        async with await psycopg.AsyncConnection.connect(self.database_url) as database:
            for receipt, person in await (await database.execute(UNTOLD)).fetchall():
                self.untold.add((json.loads(receipt)["plan"]["item"]["name"], str(person)))

    def wrongs(self) -> Iterator[str]:
        """Each a sentence."""
        mails = Counter((mail.to.casefold(), mail.subject) for mail in self.contoso.mails)
        for deed in self.deeds:
            yield from self._wrong_with(deed, mails)

    def _wrong_with(self, deed: Deed, mails: Counter[tuple[str, str]]) -> Iterator[str]:
        about = f"{deed.item.name} ({deed.known or 'unknown'}, {deed.back or 'stays'}, {deed.doubts} doubts)"
        rights = self.contoso.roles(deed.item)
        stays = deed.known == "shared" and not deed.back
        wanted: dict[str, str] = {deed.other.mail: deed.role} if stays else {}
        if not deed.known or (deed.back == "undo" and deed.known == "shared"):
            yield f"{about}: never settled; the rights are {rights}"
        elif rights != wanted:
            yield f"{about}: the rights are {rights}, not {wanted}"
        sent = sum(
            count for (to, subject), count in mails.items() if to == deed.other.mail and deed.item.name in subject
        )
        # What was shown anew is the notice of the share, which says by now what became of it.
        anew = {each.id for each in self.contoso.client.messages(deed.other) if each.is_edited}
        cards = self._cards(deed.other, deed)
        told = [words for message, words, _ in cards if message not in anew]
        heard = sent + sum(message in anew or "shared a file with you" in words for message, words, _ in cards)
        # Undone before they heard of it they never do; and what a kill cut while it was told is not told again.
        said = [words for _, words, _ in self._cards(deed.owner, deed)]
        is_known = any("can't tell whether they were told" in each or "Not told" in each for each in said)
        # Where it was ended since, the card that said so tells of the end; the ledger still knows.
        is_known = is_known or (deed.back == "end" and (deed.item.name, deed.other.id) in self.untold)
        if heard > 1 or (heard == 0 and deed.known == "shared" and not deed.doubts and not is_known):
            yield f"{about}: told {heard} times"
        for notice in ("shared a file with you", "has taken back", "that is over"):
            if (count := sum(notice in each for each in told)) > 1:
                yield f"{about}: {count} notices “{notice}”"

    async def record_is_wrong(self) -> list[str]:
        """Where the record tells it otherwise."""
        async with await psycopg.AsyncConnection.connect(self.database_url) as database:
            rows = await database.execute("SELECT item, what, outcome FROM record WHERE item IS NOT NULL")
            found = Counter(await rows.fetchall())
        wrong: list[str] = []
        for deed in self.deeds:
            key = f"{deed.item.drive_id}/{deed.item.id}"
            given = found[key, "shared", "granted"]
            back = sum(count for (item, what, _), count in found.items() if item == key and what in ("undone", "ended"))
            wanted = deed.known in ("shared", "undone")
            if given > wanted or (given < wanted and not deed.doubts):
                wrong.append(f"{deed.item.name} ({deed.known}): of record as shared {given} times")
            if back != (deed.known == "undone" or (deed.known == "shared" and deed.back == "end")):
                wrong.append(f"{deed.item.name} ({deed.known}, {deed.back}): of record as taken back {back} times")
        return wrong


async def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.soak", description=__doc__)
    parser.add_argument("--minutes", type=float, default=10.0)
    parser.add_argument("--people", type=int, default=50)
    parser.add_argument("--seed", type=int, default=None, help="so that chance is the same again")
    chosen = parser.parse_args()
    random.seed(chosen.seed)
    with tempfile.TemporaryDirectory() as directory, postgresql() as server:
        return await soak(Path(directory), server.get_uri(), chosen.minutes * 60, chosen.people)


async def soak(directory: Path, url: str, seconds: float, count: int) -> int:
    contoso = Contoso()
    async with running(contoso) as base:
        replicas = [_replica(name, directory, url, contoso, base) for name in ("a", "b")]
        try:
            for each in replicas:
                await each.start()
            people = [
                each
                for each in contoso.directory.people.values()
                if contoso.files.drive_of(each.id) and each.id != CAUTIOUS
            ][:count]
            run = Soak(contoso, replicas, url, time.monotonic() + seconds)
            lives = asyncio.gather(*(run.live(each, people) for each in people))
            await asyncio.gather(run.breaks(), run.kills_now_and_then(min(KILL_EVERY, seconds / 3)))
            with contextlib.suppress(TimeoutError):
                await asyncio.wait_for(lives, SETTLES_WITHIN)
            rests = await run.comes_to_rest()
            await run.learn_who_was_not_told()
            wrong = [*run.wrongs(), *await run.record_is_wrong()]
        finally:
            for each in replicas:
                await each.kill()
        return report(run, wrong, replicas, len(people), rests=rests)


def report(run: Soak, wrong: Sequence[str], replicas: Sequence[Replica], people: int, *, rests: bool) -> int:
    known = Counter(deed.known or "unknown" for deed in run.deeds)
    took = sorted(deed.seconds for deed in run.deeds if deed.known)
    broke = [line for each in replicas for line in each.log.read_text().splitlines() if " ERROR " in line]
    print(f"{len(run.deeds)} deeds of {people} people: " + ", ".join(f"{many} {what}" for what, many in known.items()))
    print(f"{sum(deed.doubts for deed in run.deeds)} times “not sure”, {run.kills} kills, {run.faults} faults")
    print(f"{len(run.contoso.mails)} mails; a share took {statistics.median(took):.1f} s at the median" if took else "")
    for what, many in run.troubles.most_common(12):
        print(f"  {many:5} × {what}")
    for line, many in Counter(each.partition(" ERROR ")[2] for each in broke).most_common(8):
        print(f"  {many:5} × ERROR {line[:150]}")
    if not rests:
        print("It did not come to rest.")
    for each in wrong[:30]:
        print(f"WRONG {each}")
    print(f"{len(wrong)} wrong")
    return 0 if rests and not wrong and run.deeds else 1


def now() -> int:
    return int(time.time())


def _replica(name: str, directory: Path, url: str, contoso: Contoso, base: str) -> Replica:
    environment = {
        "APP_ID": contoso.bot_id,
        "APP_SECRET": contoso.bot_secret,
        "TENANT_ID": contoso.tenant_id,
        "LOGIN_URL": base,
        "GRAPH_URL": f"{base}/v1.0",
        "BOT_KEYS_URL": f"{base}/v1/.well-known/openidconfiguration",
        "SERVICE_HOSTS": base.removeprefix("http://"),
        "DATA_DIR": str(directory / name),
        "DATABASE_URL": url,
        "SEALING_KEYS": SEALING_KEY,
        "UNDO_SECONDS": "0",
    }
    return Replica(name, environment, directory / f"{name}.log")


if __name__ == "__main__":
    sys.exit(asyncio.run(main()))
