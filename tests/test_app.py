"""The command line, as a process of its own: started, asked, killed, started again."""

from __future__ import annotations

import asyncio
import json
import os
import signal
import socket
import sys
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncGenerator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import BinaryIO

import httpx
import pytest

from bench.ports import free_port
from contoso.tenant import Contoso
from tests.bot import SEALING_KEY
from tests.people import Someone

ROOT = Path(__file__).parent.parent
BUDGET = "share Q3 Budget.xlsx with alex.wilber@contoso.com as write"
# What a process needs of the environment; nothing of ours must leak in from whoever runs the tests.
BARE = {name: os.environ[name] for name in ("PATH", "HOME", "COVERAGE_PROCESS_CONFIG") if name in os.environ}
STARTS_WITHIN = 30
Told = int | BinaryIO | None


async def run(*arguments: str, given: str = "", environment: dict[str, str] | None = None) -> tuple[int, str, str]:
    """Exit code, standard output, standard error."""
    process = await start(*arguments, environment=environment or {})
    out, err = await asyncio.wait_for(process.communicate(given.encode()), STARTS_WITHIN)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


def as_at_a_terminal() -> None:
    """What a shell starts in the background ignores Ctrl+C, and so would whatever that starts."""
    signal.signal(signal.SIGINT, signal.SIG_DFL)


async def start(*arguments: str, environment: dict[str, str], tells: Told = PIPE) -> Process:
    return await asyncio.create_subprocess_exec(
        sys.executable,
        "app.py",
        *arguments,
        cwd=ROOT,
        env=BARE | environment,
        stdin=PIPE,
        stdout=tells,
        stderr=tells,
        preexec_fn=as_at_a_terminal,
    )


async def test_explain_shows_what_is_understood() -> None:
    code, out, _ = await run("explain", "share Q3 Budget.xlsx with Ana as write until 2030-01-31")

    assert code == 0
    shown = json.loads(out)["pred"]
    assert shown["items"] == [{"kind": "name", "value": "Q3 Budget.xlsx"}]
    assert (shown["role"], shown["expiration_resolved"]) == ("write", "2030-01-31")


async def test_explain_reads_many() -> None:
    rows = [{"id": "a", "text": "share x.txt with Ana until tomorrow"}, {"id": "b", "text": "hello"}]

    code, out, _ = await run("explain", "--jsonl", given="\n\n".join(map(json.dumps, rows)))

    first, second = map(json.loads, out.splitlines())
    assert code == 0
    assert (first["id"], first["pred"]["expiration_resolved"]) == ("a", "2026-11-19")
    assert (second["id"], second["pred"]["intent"]) == ("b", "help")


async def test_a_rows_own_now_and_context_count() -> None:
    context = {"mentions": ["Ana Bell"], "bot_mention": "Share Bot"}
    text = "<at>Share Bot</at> share x.txt with <at>Ana Bell</at> until tomorrow"

    _, out, _ = await run(
        "explain", "--jsonl", given=json.dumps({"id": 1, "text": text, "now": "2027-01-31T10:00", "context": context})
    )

    shown = json.loads(out)["pred"]
    assert shown["recipients"] == [{"kind": "mention", "value": "Ana Bell"}]
    assert shown["expiration_resolved"] == "2027-02-01"


@pytest.mark.parametrize(
    ("arguments", "given", "said"),
    [
        (["explain"], "", "explain: what?"),
        (["explain", "--timezone", "Mars/Olympus", "x"], "", "Mars/Olympus"),
        (["explain", "--now", "soon", "x"], "", "soon"),
        (["explain", "--jsonl", "share x.txt with Ana"], "", "not both"),
        (["explain", "--jsonl"], "not json", "line 1"),
        (["explain", "--jsonl"], '{"id": 1, "text": "hi"}\n[1]', "line 2"),
        (["explain", "--jsonl"], '{"id": 1, "text": "hi", "now": "soon"}', "line 1"),
        (["explain", "--jsonl"], '{"id": 1, "text": "hi", "context": 5}', "line 1"),
    ],
)
async def test_explain_says_what_is_wrong(arguments: list[str], given: str, said: str) -> None:
    code, _, err = await run(*arguments, given=given)

    assert code == 2
    assert said in err
    assert "Traceback" not in err


async def test_explain_needs_neither_database_nor_network() -> None:
    script = "import sys, app; app.main(['explain', 'hi']); print({'sqlalchemy', 'aiohttp', 'msal'} & set(sys.modules))"
    process = await asyncio.create_subprocess_exec(sys.executable, "-c", script, cwd=ROOT, stdout=PIPE)

    out, _ = await process.communicate()

    assert out.decode().endswith("set()\n")


async def test_serve_names_all_that_is_missing() -> None:
    code, _, err = await run("serve")

    assert code == 2
    assert all(name in err for name in ("APP_ID", "APP_SECRET", "TENANT_ID", "PUBLIC_URL"))


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("DATABASE_URL", "mysql://x", "sqlite:/// or postgresql://"),
        ("DATABASE_URL", "postgresql://u:hush@127.0.0.1:9/d", "can't be opened"),
        ("DATA_DIR", "/dev/null/x", "DATA_DIR"),
        ("PORT", "", "PORT"),
    ],
)
async def test_serve_says_what_is_wrong_without_a_traceback(
    contoso: Contoso, tmp_path: Path, name: str, value: str, said: str
) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = environment(contoso, tmp_path, taken.getsockname()[1])
        settings["SEALING_KEYS"] = SEALING_KEY
        code, _, err = await run("serve", environment=settings | ({name: value} if value else {}))

    assert code == 2
    assert said in err
    assert "Traceback" not in err
    assert "hush" not in err


async def test_a_bot_killed_between_card_and_click_goes_on_where_it_was(contoso: Contoso, tmp_path: Path) -> None:
    adele = Someone(contoso, "adele.vance@contoso.com")
    async with serving(contoso, tmp_path) as process:
        card = await adele.says(BUDGET)
        process.kill()
        await process.wait()

    async with serving(contoso, tmp_path):
        result = await adele.presses("Share")

    assert "Share this?" in card
    assert "✓ can edit" in result
    assert len(contoso.mail_to("alex.wilber@contoso.com")) == 1


async def test_the_demo_starts_is_seen_and_ends() -> None:
    process = await start("demo", "--port", "0", "--no-browser", environment={})
    assert process.stdout
    line = (await asyncio.wait_for(process.stdout.readline(), STARTS_WITHIN)).decode()
    url = next(word for word in line.split() if word.startswith("http://"))
    async with httpx.AsyncClient(base_url=url) as http:
        page = await http.get("/")
        people = (await http.get("/teams/api/tenant")).json()["people"]
        adele = next(person["id"] for person in people if person["name"] == "Adele Vance")
        answer = (await http.post("/_contoso/say", json={"user": adele, "text": BUDGET})).json()
    process.send_signal(signal.SIGINT)
    _, err = await asyncio.wait_for(process.communicate(), STARTS_WITHIN)

    assert page.status_code == 200
    assert "Share this?" in json.dumps(answer)
    assert process.returncode == 0
    assert err == b""


async def test_a_second_demo_on_the_same_port_says_so() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        code, _, err = await run("demo", "--no-browser", "--port", str(taken.getsockname()[1]))

    assert code == 2
    assert "try --port 0" in err
    assert "Traceback" not in err


@pytest.mark.parametrize(
    ("arguments", "said"), [(["--port", "99999"], "port must be 0-65535"), (["--data", "/dev/null/x"], "DATA_DIR")]
)
async def test_a_demo_that_cannot_be_says_why(arguments: list[str], said: str) -> None:
    code, out, err = await run(
        "demo", "--no-browser", *(["--port", "0"] if "--port" not in arguments else []), *arguments
    )

    assert (code, out) == (2, "")
    assert err.startswith("demo: ")
    assert said in err
    assert "Traceback" not in err


@asynccontextmanager
async def serving(contoso: Contoso, data: Path, tells: Told = None, /, **more: str) -> AsyncGenerator[Process]:
    """`app.py serve` in the tenant, with more in its environment, until the block ends."""
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    # What it tells is shown with a test that fails.
    process = await start("serve", environment=environment(contoso, data, port) | more, tells=tells)
    try:
        contoso.bot_endpoint = f"{url}/api/messages"
        async with asyncio.timeout(STARTS_WITHIN):
            while not await is_up(url):
                assert process.returncode is None
                await asyncio.sleep(0.05)
        yield process
    finally:
        if process.returncode is None:
            process.terminate()
        try:
            await asyncio.wait_for(process.wait(), 2 * STARTS_WITHIN)
        except TimeoutError:
            process.kill()
            raise


def environment(contoso: Contoso, data: Path, port: int) -> dict[str, str]:
    base, url = contoso.base_url, f"http://127.0.0.1:{port}"
    return {
        "APP_ID": contoso.bot_id,
        "APP_SECRET": contoso.bot_secret,
        "TENANT_ID": contoso.tenant_id,
        "PUBLIC_URL": url,
        "PORT": str(port),
        "DATA_DIR": str(data),
        "LOGIN_URL": base,
        "GRAPH_URL": f"{base}/v1.0",
        "BOT_KEYS_URL": f"{base}/v1/.well-known/openidconfiguration",
        "SERVICE_HOSTS": base.removeprefix("http://"),
        "UNDO_SECONDS": "0",
    }


async def is_up(url: str) -> bool:
    async with httpx.AsyncClient() as http:
        try:
            return (await http.get(f"{url}/healthz")).is_success
        except httpx.TransportError:
            return False
