"""Ports of this machine for servers that are told theirs when they start."""

from __future__ import annotations

import contextlib
import random
import socket

# Below those that Linux, macOS and Windows give to whoever asks for any, and above those that services have.
PORTS = (20_000, 32_000)


def free_port() -> int:
    """One on which nobody listens now."""
    while True:
        port = random.randint(*PORTS)
        with contextlib.suppress(OSError), socket.create_server(("127.0.0.1", port)):
            return port
