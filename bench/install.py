"""How long it takes to install, out of a warm cache, and how large that is; beside others. And what the image holds of
it, as far as that is known without making one: what the Dockerfile copies, and the packages.

    python -m bench.install
"""

from __future__ import annotations

import argparse
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from bench.figures import Table, Target, report
from bench.process import ROOT, NoAnswer

RUNS = 3
UV = ROOT / ".venv/bin/uv"
LOCKS = ROOT / "requirements"
OURS = "Sharebot"
# The versions are those of the lock.
OTHERS = {
    "botbuilder with aiohttp": "botbuilder-integration-aiohttp",
    "Agents SDK": "microsoft-agents-hosting-aiohttp",
    "Teams SDK": "microsoft-teams-apps",
    "msgraph-sdk, a client alone": "msgraph-sdk",
}
MB = 1_000_000
INSTALLS_WITHIN, LARGEST = 10.0, 200  # seconds, MB


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m bench.install", description=__doc__)
    parser.add_argument("--runs", type=int, default=RUNS, help=f"of each, after one that warms (default {RUNS})")
    parser.add_argument("--alone", action="store_true", help="without others")
    chosen = parser.parse_args()
    took: dict[str, float] = {}
    sizes: dict[str, tuple[int, int]] = {}
    with tempfile.TemporaryDirectory() as directory:
        try:
            for name in [OURS] if chosen.alone else [OURS, *OTHERS]:
                runs = [installed(name, Path(directory) / "venv") for _ in range(1 + chosen.runs)]
                took[name] = statistics.median(seconds for seconds, _, _ in runs[1:])
                sizes[name] = runs[-1][1:]
        except (NoAnswer, OSError) as error:
            print(error)
            return 1
    packages = sizes[OURS][1]
    rows = [(name, f"{took[name]:.2f}", f"{count}", f"{size / MB:.0f}") for name, (count, size) in sizes.items()]
    copied = sum(file.stat().st_size for file in image())
    sign_in = ROOT / "bot/teams/web/node_modules"
    pages = sum(map(_size, sign_in.rglob("*")))
    parts = [
        ("packages", f"{packages / MB:.1f}"),
        ("what the Dockerfile copies of ours", f"{copied / MB:.1f}"),
        ("the sign-in page's packages", f"{pages / MB:.1f}" if pages else "not installed here"),
        ("together, and the base image (python:3.11-slim) besides", f"{(packages + copied + pages) / MB:.1f}"),
    ]
    seen, size = took[OURS], packages / MB
    return report(
        [
            Target(f"installed in at most {INSTALLS_WITHIN:.0f} s", f"{seen:.2f} s", seen <= INSTALLS_WITHIN),
            Target(f"packages of at most {LARGEST} MB", f"{size:.0f} MB", size <= LARGEST),
        ],
        [
            Table(f"Into a fresh environment, cache warm, median of {chosen.runs}", ("", "s", "packages", "MB"), rows),
            Table("The image, an estimate: no container was made", ("", "MB"), parts),
        ],
    )


def installed(name: str, venv: Path) -> tuple[float, int, int]:
    """Seconds, packages and bytes, of an environment of its own. Raises NoAnswer."""
    shutil.rmtree(venv, ignore_errors=True)
    python = venv / "bin/python"
    _run("venv", "--quiet", "--python", sys.executable, str(venv))
    if name == OURS:
        what = ["--require-hashes", "-r", str(LOCKS / "serve.txt")]
    else:
        what = [OTHERS[name], "--constraint", str(LOCKS / "bench.txt")]
    began = time.perf_counter()
    _run("pip", "install", "--quiet", "--python", str(python), *what)
    took = time.perf_counter() - began
    (site,) = venv.glob("lib/python*/site-packages")
    return took, len(list(site.glob("*.dist-info"))), sum(map(_size, site.rglob("*")))


def image() -> Iterator[Path]:
    """What the last stage copies from here, without what is kept out."""
    last = (ROOT / "Dockerfile").read_text().rpartition("\nFROM ")[2]
    for line in re.findall(r"^COPY (?!--from)(.+)$", last, re.MULTILINE):
        for source in line.split()[:-1]:
            place = ROOT / source
            for file in [place] if place.is_file() else place.rglob("*"):
                if file.is_file() and not {"node_modules", "__pycache__"} & set(file.parts):
                    yield file


def _size(file: Path) -> int:
    return file.stat().st_size if file.is_file() and not file.is_symlink() else 0


def _run(*command: str) -> None:
    done = subprocess.run([UV, *command], capture_output=True, text=True, check=False)  # noqa: S603
    if done.returncode:
        raise NoAnswer(f"uv {command[0]} failed:\n{done.stderr[-1000:]}")


if __name__ == "__main__":
    sys.exit(main())
