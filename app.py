"""Sharebot's command line: serve · demo · explain · export · report · package · doctor."""

from __future__ import annotations

import argparse
import datetime as dt
import errno
import gc
import json
import os
import socket
import sys
import threading
from collections.abc import Sequence
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

if TYPE_CHECKING:
    from aiohttp import web

    from contoso.tenant import Contoso

# A Wednesday: what a row of `explain --jsonl` means by "now" unless it says otherwise.
NOW = "2026-11-18T10:00"
DEMO_PORT = 5300
PACKAGE = "sharebot.zip"
# Seconds.
REPORTED = 30 * 24 * 60 * 60
# Seconds from a signal to the end. Kubernetes, for one, kills after thirty.
ANSWERS_WITHIN = 5.0
STOPS_WITHIN = 28.0
STOPPED_LATE = 75
BROKE_OFF = 1
# As a shell calls the end of whoever writes to somebody who reads no more.
READ_NO_FURTHER = 141


def main(arguments: Sequence[str] | None = None) -> int:
    chosen = parser().parse_args(arguments)
    return chosen.run(chosen)


def parser() -> argparse.ArgumentParser:
    made = argparse.ArgumentParser(prog="app.py", description=__doc__)
    commands = made.add_subparsers(required=True, metavar="command")

    serve = commands.add_parser("serve", help="the bot, for Teams; settings come from the environment (.env.example)")
    serve.set_defaults(run=_serve)

    demo = commands.add_parser("demo", help="the bot, a tenant on this machine, and a page to see both in")
    demo.add_argument("--port", type=int, default=DEMO_PORT, help=f"where the page is (default {DEMO_PORT}; 0: any)")
    demo.add_argument("--no-browser", action="store_true", help="do not open the page")
    demo.add_argument("--policy", default="", help="the rules of the organisation, a TOML file (default: none)")
    demo.add_argument("--data", type=Path, help="where the bot keeps its ledger (default: nowhere for long)")
    demo.set_defaults(run=_demo)

    explain = commands.add_parser("explain", help="what the bot understands, as JSON; looks nothing up")
    explain.add_argument("text", nargs="?", help="one sentence")
    explain.add_argument("--jsonl", action="store_true", help="read rows from standard input, one JSON object a line")
    explain.add_argument("--now", help="ISO date and time (default: now, for rows " + NOW + ")")
    explain.add_argument("--timezone", default="UTC", help="an IANA name, such as Europe/Berlin")
    explain.set_defaults(run=_explain)

    export = commands.add_parser(
        "export", help="the record, to standard output: who asked for what and what came of it"
    )
    export.add_argument("--format", choices=["csv", "jsonl"], required=True)
    export.add_argument("--since", help="an ISO day, or day and time (UTC unless it says otherwise)")
    export.add_argument("--until", help="the same; of a day all of it, of a time what is before")
    export.set_defaults(run=_export)

    report = commands.add_parser(
        "report", help="how much is shared, what was refused by which rule, what failed, and what waits for whom"
    )
    report.add_argument("--since", help="an ISO day, or day and time (default: 30 days ago)")
    report.add_argument("--json", action="store_true", help="for a program to read")
    report.set_defaults(run=_report)

    doctor = commands.add_parser(
        "doctor", help="what is wrong with the set-up, and what to do about it; changes nothing"
    )
    doctor.add_argument("--as", dest="person", default="", metavar="OBJECT_ID", help="whose permissions to look at")
    doctor.add_argument("--package", type=Path, help="the zip that was uploaded to Teams, to compare")
    doctor.set_defaults(run=_doctor)

    package = commands.add_parser(
        "package", help="the app for Teams, as a zip to upload; ids and addresses from the environment"
    )
    package.add_argument("--to", type=Path, default=Path(PACKAGE), help=f"where to write it (default {PACKAGE})")
    package.set_defaults(run=_package)
    return made


def _explain(chosen: argparse.Namespace) -> int:
    from bot.language.explain import explain

    try:
        zone = ZoneInfo(chosen.timezone)
        written = chosen.now or (NOW if chosen.jsonl else dt.datetime.now(zone).isoformat())
        now = dt.datetime.fromisoformat(written)
    except (ZoneInfoNotFoundError, ValueError) as error:
        return _wrong(f"explain: {error}")
    now = now.astimezone(zone) if now.tzinfo else now.replace(tzinfo=zone)
    if chosen.jsonl and chosen.text is not None:
        return _wrong("explain: a sentence, or --jsonl and rows on standard input, but not both")
    if not chosen.jsonl:
        if chosen.text is None:
            return _wrong("explain: what? For example: explain 'share Q3 Budget.xlsx with Ana as write'")
        answer = explain({"id": "1", "text": chosen.text}, default_now=now, default_tz=zone)
        print(json.dumps(answer, ensure_ascii=False, indent=2))
        return 0
    for number, line in enumerate(sys.stdin, 1):
        if not line.strip():
            continue
        try:
            row = json.loads(line)
            if not isinstance(row, dict) or not isinstance(row.get("text"), str):
                raise ValueError('each line should be an object with "id" and "text"')
            answer = explain(row, default_now=now, default_tz=zone)
        except ValueError as error:
            return _wrong(f"explain: line {number}: {error}")
        print(json.dumps(answer, ensure_ascii=False))
    return 0


def _serve(_chosen: argparse.Namespace) -> int:
    import logging

    from aiohttp import web

    from bot.ledger import CannotOpen
    from bot.logs import handler
    from bot.settings import BadSettings, read
    from bot.teams.server import application

    try:
        settings = read(os.environ)
        bot = application(settings, settled=keep)
    except BadSettings as error:
        return _wrong(str(error))
    logging.basicConfig(level=logging.INFO, handlers=[handler(settings.log_format)])
    logging.getLogger("httpx").setLevel(logging.WARNING)  # it logs whole addresses, and search words are in them
    bot.on_startup.append(partial(_leaves_slowly, settings.drain_seconds))
    bot.on_shutdown.append(_ends_by_then)
    try:
        web.run_app(
            bot,
            host=settings.host,
            port=settings.port,
            access_log=None,
            shutdown_timeout=ANSWERS_WITHIN,
            print=print if settings.log_format == "text" else None,
        )
    except CannotOpen as error:
        return _wrong(str(error))
    except OSError as error:
        return _wrong(f"Can't listen on HOST {settings.host}, PORT {settings.port}: {error.strerror or error}.")
    return 0


def keep() -> None:
    """Nothing of what is there now is to be looked at again each time that garbage is collected."""
    gc.collect()
    gc.freeze()


async def _leaves_slowly(seconds: int, bot: web.Application) -> None:
    """A proxy learns from /readyz that this one is about to end, and sends it nothing more, before it takes nothing."""
    import asyncio
    import signal

    from aiohttp import web

    from bot.teams.server import READINESS

    loop = asyncio.get_running_loop()

    def end() -> None:
        raise web.GracefulExit

    def leave() -> None:
        bot[READINESS].leave()
        loop.remove_signal_handler(signal.SIGTERM)
        loop.call_later(seconds, end)

    if seconds:
        loop.add_signal_handler(signal.SIGTERM, leave)


async def _ends_by_then(_bot: web.Application) -> None:
    """What hangs, for want of a database for example, must not keep the process: all of it goes on with the next."""
    last_word = threading.Timer(STOPS_WITHIN, os._exit, (STOPPED_LATE,))
    last_word.daemon = True
    last_word.start()


def _demo(chosen: argparse.Namespace) -> int:
    import asyncio
    import contextlib
    import logging

    from bot.settings import BadSettings

    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s %(message)s")
    with contextlib.suppress(KeyboardInterrupt):
        try:
            asyncio.run(_run_demo(chosen))
        except OSError as error:
            taken = " Another demo may be running; try --port 0." if error.errno == errno.EADDRINUSE else ""
            return _wrong(f"demo: {error.strerror or error}.{taken}")
        except (BadSettings, OverflowError) as error:
            return _wrong(f"demo: {error}")
    return 0


async def _run_demo(chosen: argparse.Namespace) -> None:
    import asyncio
    import contextlib
    import tempfile
    import webbrowser

    from aiohttp import web

    from bot.settings import read
    from bot.teams.server import application
    from contoso.people import FINANCE
    from contoso.server import running
    from contoso.tenant import Contoso

    contoso = Contoso()
    for agreed in filter(None, contoso.consents.values()):
        # An administrator grants it by docs/quick-start.md: two people of one name have their titles.
        agreed.add("People.Read")
    async with contextlib.AsyncExitStack() as stack:
        base_url = await stack.enter_async_context(running(contoso, port=chosen.port))
        data = chosen.data or stack.enter_context(tempfile.TemporaryDirectory())
        listening = stack.enter_context(socket.create_server(("127.0.0.1", 0)))
        bot_url = f"http://127.0.0.1:{listening.getsockname()[1]}"
        environment = _environment(contoso, base_url, bot_url, data)
        environment |= {"POLICY_FILE": chosen.policy, "ADMINISTRATORS_GROUP": FINANCE.id}
        bot = application(read(environment), settled=keep)
        runner = web.AppRunner(bot, access_log=None, shutdown_timeout=ANSWERS_WITHIN)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.SockSite(runner, listening).start()
        contoso.bot_endpoint = f"{bot_url}/api/messages"
        await contoso.client.install_everywhere()
        print(f"Sharebot is at work in Contoso. Open {base_url} and be somebody. Ctrl+C ends it.", flush=True)
        if not chosen.no_browser:
            await asyncio.to_thread(webbrowser.open, base_url)
        await asyncio.Event().wait()


def _environment(contoso: Contoso, base_url: str, bot_url: str, data: object) -> dict[str, str]:
    """What a production bot reads from its environment, pointing at the tenant on this machine."""
    return {
        "APP_ID": contoso.bot_id,
        "APP_SECRET": contoso.bot_secret,
        "TENANT_ID": contoso.tenant_id,
        "PUBLIC_URL": bot_url,
        "LOGIN_URL": base_url,
        "GRAPH_URL": f"{base_url}/v1.0",
        "BOT_KEYS_URL": f"{base_url}/v1/.well-known/openidconfiguration",
        "SERVICE_HOSTS": base_url.removeprefix("http://"),
        "DATA_DIR": str(data),
    }


def _export(chosen: argparse.Namespace) -> int:
    import asyncio

    from sqlalchemy.exc import SQLAlchemyError

    from bot.ledger import CannotOpen
    from bot.settings import BadSettings, database_url

    try:
        since, until = _moment(chosen.since, all_of_it=False), _moment(chosen.until, all_of_it=True)
        url = database_url(os.environ)
    except (BadSettings, ValueError, OverflowError) as error:
        return _wrong(f"export: {error}")
    try:
        asyncio.run(_write_record(url, chosen.format, since, until))
        sys.stdout.flush()
    except CannotOpen as error:
        return _wrong(f"export: {error}")
    except SQLAlchemyError as error:
        print(f"export: broke off, so this is not all of it: {type(error).__name__}.", file=sys.stderr)
        return BROKE_OFF
    except BrokenPipeError:
        # Or the interpreter would try once more at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return READ_NO_FURTHER
    return 0


def _report(chosen: argparse.Namespace) -> int:
    import asyncio
    from dataclasses import asdict

    from sqlalchemy.exc import SQLAlchemyError

    from bot.ledger import CannotOpen, Ledger
    from bot.ledger.report import Report, in_words
    from bot.settings import BadSettings, database_url

    now = int(dt.datetime.now(dt.UTC).timestamp())
    try:
        since = _moment(chosen.since, all_of_it=False)
        url = database_url(os.environ)
    except (BadSettings, ValueError, OverflowError) as error:
        return _wrong(f"report: {error}")
    since = now - REPORTED if since is None else since

    async def read() -> Report:
        ledger = Ledger(url)
        try:
            await ledger.open_to_read()
            return await ledger.reports.now(now, since)
        finally:
            await ledger.close()

    try:
        report = asyncio.run(read())
    except (CannotOpen, SQLAlchemyError) as error:
        return _wrong(f"report: {error if isinstance(error, CannotOpen) else type(error).__name__}")
    print(json.dumps(asdict(report), indent=2) if chosen.json else "\n".join(in_words(report, since)))
    return 0


async def _write_record(url: str, form: str, since: int | None, until: int | None) -> None:
    from bot.ledger import Ledger
    from bot.ledger.export import FORMS

    ledger = Ledger(url)
    try:
        await ledger.open_to_read()
        async for text in FORMS[form](ledger.record.kept(since, until)):
            sys.stdout.buffer.write(text.encode())
    finally:
        await ledger.close()


def _doctor(chosen: argparse.Namespace) -> int:
    import asyncio
    import logging

    from bot.doctor import Finding, examine
    from bot.settings import BadSettings, read

    logging.disable()  # what is to be said is said
    try:
        settings = read(os.environ, makes=False)
    except BadSettings as error:
        print("\n".join(str(Finding("✗", line)) for line in str(error).splitlines()[:-1]))
        return BROKE_OFF

    async def all_that_is_found() -> int:
        wrong = 0
        async for finding in examine(settings, person_id=chosen.person, package=chosen.package):
            print(finding, flush=True)
            wrong += finding.mark == "✗"
        return wrong

    wrong = asyncio.run(all_that_is_found())
    print(f"{wrong} to be put right." if wrong else "Nothing is wrong.")
    return BROKE_OFF if wrong else 0


def _package(chosen: argparse.Namespace) -> int:
    from bot.packaging import BadPackage, package
    from bot.settings import BadSettings, manifest_values

    try:
        chosen.to.write_bytes(package(manifest_values(os.environ)))
    except (BadSettings, BadPackage) as error:
        return _wrong(str(error))
    except OSError as error:
        return _wrong(f"package: {chosen.to} can't be written: {error.strerror}.")
    print(f"{chosen.to} is ready. Upload it in the Teams admin centre: Teams apps, Manage apps, Upload new app.")
    return 0


def _moment(written: str | None, *, all_of_it: bool) -> int | None:
    """Seconds since 1970. Raises ValueError."""
    if written is None:
        return None
    moment = dt.datetime.fromisoformat(written)
    if all_of_it and len(written) == len("2026-11-21"):
        moment += dt.timedelta(days=1)
    return int((moment if moment.tzinfo else moment.replace(tzinfo=dt.UTC)).timestamp())


def _wrong(sentence: str) -> int:
    print(sentence, file=sys.stderr)
    return 2


if __name__ == "__main__":
    raise SystemExit(main())
