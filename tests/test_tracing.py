"""What a collector is told: a tree for each thing somebody did, numbers, and nothing of what was said or of whom."""

from __future__ import annotations

import asyncio
import json
import re
import shutil
import sys
import time
from collections.abc import AsyncGenerator
from dataclasses import replace
from pathlib import Path
from typing import Any

import httpx
import pytest

from bot import tracing
from contoso.faults import Rule
from contoso.tenant import Contoso
from tests.bot import Bot
from tests.collector import Collector, collecting, said
from tests.people import Someone
from tests.test_app import ROOT, environment, serving
from tests.test_docs import ADMINISTRATION
from tests.test_faults_kill import until

ALEX = "alex.wilber@contoso.com"
MESSAGE = "For the meeting in Reykjavik"
SHARE = f'share Q3 Budget.xlsx with {ALEX} as write until tomorrow saying "{MESSAGE}"'
REFERENCE = tracing.REFERENCE
DASHBOARD: dict[str, Any] = json.loads((ROOT / "infra/dashboard.json").read_text())
EXPRESSIONS = [target["expr"] for panel in DASHBOARD["panels"] for target in panel.get("targets", ())]
PRESS = ["POST /api/messages", "turn adaptiveCard/action", "command share.confirm", "flow share"]
# Seconds: it is told at once, and hardly at all.
AT_ONCE = {"OTEL_BSP_SCHEDULE_DELAY": "50", "OTEL_METRIC_EXPORT_INTERVAL": "200"}
REFUSED = Rule("graph", "GET", "/permissions", times=1, status=403, headers=(("request-id", "a-reference"),))
STATEMENTS = ("SELECT", "INSERT", "UPDATE", "DELETE")
NOBODY = "http://127.0.0.1:9"


@pytest.fixture
async def collector() -> AsyncGenerator[Collector]:
    async with collecting() as collector:
        yield collector


@pytest.fixture
def watched(contoso: Contoso, tmp_path: Path, engine_was_here: Path, collector: Collector) -> Bot:
    shutil.copy(engine_was_here, tmp_path)
    bot = Bot(contoso, tmp_path)
    bot.more = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    return bot


async def shared(bot: Bot) -> None:
    """By somebody who has to be signed in first, with somebody who hears of it in Teams."""
    await Someone(bot.contoso, ALEX).says("help")
    adele = Someone(bot.contoso, "adele.vance@contoso.com")
    await adele.says(SHARE)
    await adele.waits_for("Share this?")
    await adele.presses("Share")
    await bot.at_rest()
    assert "✓ can edit" in adele.sees()


async def test_what_follows_from_a_press_is_one_tree(watched: Bot, collector: Collector) -> None:
    async with watched as bot:
        await shared(bot)

    (invite,) = collector.named("Graph POST /drives/{}/items/{}/invite")
    assert collector.path(invite) == [*PRESS, "step share", invite.name]
    press = {each.span_id: each for each in collector.spans if each.trace_id == invite.trace_id}
    paths = [collector.path(each) for each in press.values()]
    assert [*PRESS, "step share", "INSERT ends"] in paths
    assert [*PRESS, "step share", "Graph GET /drives/{}/items/{}/permissions"] in paths
    notice = [*PRESS, "flow notice", "step tell", "Teams POST /v3/conversations/{}/activities/{}"]
    assert notice in paths
    asked = [collector.path(each) for each in collector.named("Graph GET /me/drive/root/search")]
    assert ["POST /api/messages", "turn message", "command share", "Graph GET /me/drive/root/search"] in asked
    tokens = [collector.path(each) for each in collector.named("Entra POST /{}/oauth2/v2.0/token")]
    assert ["POST /api/messages", "turn signin/tokenExchange"] in [each[:2] for each in tokens]
    (flow,) = collector.named("flow share")
    notices = {said(each.attributes)["sharebot.share"] for each in collector.named("flow notice")}
    assert notices == {said(flow.attributes)["sharebot.share"]}


async def test_a_sentence_costs_one_look_into_the_ledger(watched: Bot, collector: Collector) -> None:
    async with watched as bot:
        alex = Someone(bot.contoso, ALEX)
        await alex.says("help")
        await alex.says("help")

    _, second = sorted(collector.named("turn message"), key=lambda each: each.start_time_unix_nano)
    looked = [each.name for each in collector.spans if each.trace_id == second.trace_id]
    assert [each for each in looked if each.startswith(STATEMENTS)] == ["SELECT plain_texts"]


async def test_so_it_is_on_postgresql(contoso: Contoso, tmp_path: Path, postgresql: str, collector: Collector) -> None:
    bot = Bot(contoso, tmp_path, postgresql)
    bot.more = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url}
    async with bot:
        await shared(bot)

    (kept,) = collector.named("INSERT ends")
    assert collector.path(kept) == [*PRESS, "step share", "INSERT ends"]
    assert said(kept.attributes)["db.system.name"] == "postgresql"


async def test_what_goes_wrong_after_the_turn_is_over_is_found_as_well(
    watched: Bot, collector: Collector, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with watched as bot:
        adele = Someone(bot.contoso, "adele.vance@contoso.com")
        await adele.says(SHARE)
        await adele.waits_for("Share this?")
        monkeypatch.setattr("bot.teams.turns.TYPE_AFTER", 0.0)
        monkeypatch.setattr("bot.teams.turns.TAKEN_WITHIN", 0.1)
        bot.contoso.faults = [replace(REFUSED, path="", method="", status=400, delay=0.5, times=None)]
        await adele.says("share Q3 Budget.xlsx with Megan")
        await bot.at_rest()

    notes = [(collector.path(each), said(each.attributes)) for each in collector.named("note")]
    assert (["POST /api/messages", "turn message", "note"], {REFERENCE: "a-reference"}) in notes


async def test_what_stands_and_what_is_late_is_counted_from_the_start(
    watched: Bot, collector: Collector, caplog: pytest.LogCaptureFixture
) -> None:
    async with watched as bot:
        await shared(bot)
        await bot.alters("UPDATE ends SET ends_at = 1, due_at = 99999999999")
        await bot.restart()
        await bot.alters("DROP TABLE ends")
        await bot.restart()

    newest = {name: collector.numbers(name) for name in ("sharebot.ends.pending", "sharebot.ends.overdue")}
    assert newest == {name: {frozenset(): 1} for name in newest}
    assert "what waits could not be counted: OperationalError" in caplog.messages


async def test_nothing_that_is_sent_says_what_was_shared_with_whom(watched: Bot, collector: Collector) -> None:
    contoso = watched.contoso
    contoso.bot_secret = "the-bots-own-password"
    async with watched as bot:
        await shared(bot)
        adele = Someone(contoso, "adele.vance@contoso.com")
        bot.breaks("graph", "/invite", status=403, body={"error": {"code": "accessDenied", "message": MESSAGE}})
        await adele.says("share Q3 Budget.xlsx with Megan because of hunter2-and-more")
        await adele.presses("Share")
        await adele.says("share Wedding-list.docx with Zacharias Unheard")
        await adele.presses("Undo")
        diego = Someone(contoso, "diego.siciliani@contoso.com")
        await diego.says(SHARE)
        page = bot.sign_in_page(diego)
        async with httpx.AsyncClient() as http:
            await http.get(page)
            await http.request("PROPFIND", f"{bot.url}/Q3%20Budget.xlsx?for=hunter2")
        await bot.at_rest()

    private = {
        *("Budget", "xlsx", "Finance", "Wedding", "Zacharias", "Reykjavik", "hunter2", "PROPFIND"),
        *("Adele", "Alex", "Megan", "adele.vance", "contoso.com", "127.0.0.1", "ticket"),
        *(contoso.bot_secret, page.partition("ticket=")[2], contoso.tenant_id, contoso.bot_id),
        *contoso.refresh_tokens,
        *(each.id for each in contoso.files),
        *contoso.directory.people,
    }
    assert collector.spans
    assert collector.metrics
    told = b"".join(collector.bodies)
    assert [each for each in sorted(private) if each.encode().lower() in told.lower()] == []
    assert re.findall(rb"eyJ[\w-]+|Bearer|https?:", told) == []
    assert {each.name for each in collector.spans} >= {"_OTHER", "GET /auth/start"}
    assert not [each for each in collector.spans if each.events or each.status.message]


async def test_the_reference_that_somebody_read_leads_to_what_happened(
    watched: Bot, collector: Collector, tmp_path: Path
) -> None:
    async with watched as bot:
        adele = Someone(bot.contoso, "adele.vance@contoso.com")
        await adele.says(SHARE)
        await adele.waits_for("Share this?")
        bot.contoso.faults = [REFUSED]
        of_graph = await adele.presses("Share")
        await bot.alters("DROP TABLE plans")
        ours = await adele.presses("Share")
        await bot.at_rest()

    references = {said(each.attributes).get(REFERENCE): each for each in collector.spans}
    assert "a-reference" in of_graph
    asked = [collector.path(each) for each in collector.spans if said(each.attributes).get(REFERENCE) == "a-reference"]
    assert [*PRESS, "step share", "Graph GET /drives/{}/items/{}/permissions"] in asked
    assert PRESS[:2] in asked
    broke = references[re.findall(r"reference (\w{8})", ours)[0]]
    assert collector.path(broke)[:2] == PRESS[:2]


async def test_the_log_says_of_which_trace_a_line_is(contoso: Contoso, tmp_path: Path, collector: Collector) -> None:
    log = tmp_path / "log"
    adele = Someone(contoso, "adele.vance@contoso.com")
    how = {"LOG_FORMAT": "json", "OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, **AT_ONCE}
    how["OTEL_EXPORTER_OTLP_HEADERS"] = "x-key=collectors-secret"
    with log.open("wb") as told:
        async with serving(contoso, tmp_path, told, **how):
            await adele.says(SHARE)
            await adele.waits_for("Share this?")
            contoso.faults = [REFUSED]
            answer = await adele.presses("Share")

    lines = [json.loads(line) for line in log.read_text().splitlines()]
    of_it = [each for each in collector.spans if said(each.attributes).get(REFERENCE) == "a-reference"]
    (line,) = [each for each in lines if "Graph answered 403" in each["message"]]
    assert line["reference"] == "a-reference"
    assert "a-reference" in answer
    assert {line["trace_id"]} == {each.trace_id.hex() for each in of_it}
    assert line["span_id"] in {each.span_id.hex() for each in collector.spans}
    assert "collectors-secret" not in log.read_text()
    assert {each["x-key"] for each in collector.headers} == {"collectors-secret"}


async def test_after_a_kill_it_goes_on_in_the_same_trace(
    contoso: Contoso, tmp_path: Path, collector: Collector
) -> None:
    adele = Someone(contoso, "adele.vance@contoso.com")
    how = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, **AT_ONCE}
    async with serving(contoso, tmp_path, **how) as process:
        await adele.says(SHARE)
        await adele.waits_for("Share this?")
        contoso.faults = [Rule("graph", "POST", r"/invite$", times=1, delay=600)]
        pressing = asyncio.create_task(adele.presses("Share"))
        await until(lambda: bool(collector.named("INSERT attempts")))
        process.kill()
        await process.wait()
        await asyncio.gather(pressing, return_exceptions=True)
    contoso.faults = []
    assert not collector.named("flow share")

    async with serving(contoso, tmp_path, **how):
        await until(lambda: bool(collector.named("flow share")))

    (begun,) = collector.named("INSERT attempts")
    (went_on,) = collector.named("flow share")
    assert went_on.trace_id == begun.trace_id
    assert len({each["service.instance.id"] for each in collector.resources}) == 2


@pytest.mark.parametrize("signal", ["traces", "metrics"])
async def test_one_of_the_two_can_be_told_alone(watched: Bot, collector: Collector, signal: str) -> None:
    watched.more = {f"OTEL_EXPORTER_OTLP_{signal.upper()}_ENDPOINT": f"{collector.url}/v1/{signal}"}
    async with watched as bot:
        await Someone(bot.contoso, ALEX).says("help")

    assert (bool(collector.spans), bool(collector.metrics)) == (signal == "traces", signal == "metrics")


def test_what_was_begun_watched_goes_on_unwatched() -> None:
    ids = ("key", "key.0")

    assert tracing.carrying(ids) == ids
    assert tracing.carried(ids) == (ids, "")
    assert tracing.carried((*ids, "traceparent 00-1-2-01")) == (ids, "00-1-2-01")
    assert tracing.carried(()) == ((), "")


async def test_every_number_is_told_and_the_dashboard_shows_no_other(watched: Bot, collector: Collector) -> None:
    async with watched as bot:
        await shared(bot)
        bot.breaks("graph", "/me/drive", status=429, headers=(("Retry-After", "1"),))
        await Someone(bot.contoso, "adele.vance@contoso.com").says("share Q3 Budget.xlsx with Megan")
        await bot.at_rest()

    assert {each.name for each in collector.metrics} == {each.name for each in tracing.METRICS}
    shares = collector.numbers("sharebot.record")
    assert shares[frozenset({("what", "shared"), ("act", ""), ("outcome", "granted")})] == 1
    assert shares[frozenset({("what", "told"), ("act", "shared"), ("outcome", "")})] == 1
    assert collector.numbers("sharebot.share.duration") == {frozenset(): 1}
    assert collector.numbers("sharebot.request.duration")[frozenset({("peer", "Graph"), ("status", "429")})] == 1
    assert collector.numbers("sharebot.graph.wait") == {frozenset(): 1}
    assert collector.numbers("sharebot.sign_ins")[frozenset({("outcome", "asked")})] == 1
    emitted = {name for metric in tracing.METRICS for name in in_prometheus(metric)}
    labels = {
        key.replace(".", "_")
        for metric in tracing.METRICS
        for keys in collector.numbers(metric.name)
        for key, _ in keys
    }
    for expression in EXPRESSIONS:
        names = re.findall(r"\b(?:sharebot|http_server)_\w+", expression)
        assert names
        assert set(names) <= emitted, expression
        used = re.findall(r"[{,]\s*(\w+)=", expression) + re.findall(r"by \((\w+)", expression)
        assert set(used) <= labels | {"le"}, expression


def in_prometheus(metric: tracing.Metric) -> list[str]:
    """As a collector names them there. https://opentelemetry.io/docs/specs/otel/compatibility/prometheus_and_openmetrics/"""
    name = metric.name.replace(".", "_")
    match metric.kind:
        case "count":
            return [f"{name}_total"]
        case "seconds":
            return [f"{name}_seconds_{part}" for part in ("bucket", "count", "sum")]
        case "now":
            return [name]


def test_an_administrator_is_told_of_every_number() -> None:
    shown = " ".join(EXPRESSIONS)

    for metric in tracing.METRICS:
        assert f"`{metric.name}`" in ADMINISTRATION
        assert any(name in shown for name in in_prometheus(metric)), metric.name
    assert len({panel["id"] for panel in DASHBOARD["panels"]}) == len(DASHBOARD["panels"])


async def test_unwatched_nothing_of_it_is_there(contoso: Contoso, tmp_path: Path) -> None:
    script = """
import asyncio, os, sys
from aiohttp import web
from bot.settings import read
from bot.teams.server import application
import bot.work.engine

async def up():
    runner = web.AppRunner(application(read(os.environ)))
    await runner.setup()
    await runner.cleanup()

asyncio.run(up())
import app
app.main(["explain", "help"])
print([each for each in sys.modules if each.partition(".")[0] in ("opentelemetry", "google")])
"""
    process = await asyncio.create_subprocess_exec(
        *(sys.executable, "-c", script),
        cwd=ROOT,
        env=environment(contoso, tmp_path, 9) | {"PATH": "", "PYTHONPATH": str(ROOT)},
        stdout=asyncio.subprocess.PIPE,
    )

    out, _ = await process.communicate()

    assert out.decode().endswith("\n[]\n")


@pytest.mark.parametrize("how", [{"status": 503}, {"delay": 60.0}, {}], ids=str)
async def test_a_collector_in_trouble_holds_nobody_up(
    contoso: Contoso, tmp_path: Path, collector: Collector, how: dict[str, Any]
) -> None:
    collector.status, collector.delay = how.get("status", 200), how.get("delay", 0.0)
    url = collector.url if how else NOBODY
    log = tmp_path / "log"
    adele = Someone(contoso, "adele.vance@contoso.com")
    with log.open("wb") as told:
        more = {"OTEL_EXPORTER_OTLP_ENDPOINT": url, "OTEL_EXPORTER_OTLP_TIMEOUT": "1", **AT_ONCE}
        async with serving(contoso, tmp_path, told, **more) as process:
            await adele.says(SHARE)
            await adele.waits_for("Share this?")
            begun = time.monotonic()
            await adele.presses("Share")
            await until(lambda: "✓ can edit" in adele.sees())
            took = time.monotonic() - begun
            await until(lambda: "the collector does not take traces" in log.read_text())
            begun = time.monotonic()
            process.terminate()
            await process.wait()
            ended = time.monotonic() - begun

    # Of a minute that the collector takes.
    assert max(took, ended) < 30
    lines = log.read_text()
    assert "Traceback" not in lines
    assert "opentelemetry" not in lines
    assert lines.count("the collector does not take traces") == 1
    assert process.returncode == 0


async def test_a_collector_that_is_back_is_told_of(contoso: Contoso, tmp_path: Path, collector: Collector) -> None:
    log = tmp_path / "log"
    collector.status = 400
    with log.open("wb") as told:
        how = {"OTEL_EXPORTER_OTLP_ENDPOINT": collector.url, **AT_ONCE}
        async with serving(contoso, tmp_path, told, **how):
            await until(lambda: "the collector does not take metrics" in log.read_text())
            collector.status = 200
            await until(lambda: "the collector takes metrics again" in log.read_text())
