"""The samples as PNGs of at most 256 colours, a third of what the browser makes of them."""

from __future__ import annotations

import base64
import json
import struct
import zlib
from typing import TypedDict, cast

from playwright.async_api import Page


class Pixels(TypedDict):
    """`palette` is 0xRRGGBB; `pixels` are base64 of a byte each, the place in the palette."""

    width: int
    height: int
    palette: list[int]
    pixels: str


async def picture(page: Page, name: str) -> bytes:
    shot = await page.locator(f"[data-sample={json.dumps(name)}]").screenshot()
    pixels = await page.evaluate("png => fewColours(png)", base64.b64encode(shot).decode())
    return _png(cast("Pixels", pixels))


def _png(image: Pixels) -> bytes:
    """https://www.w3.org/TR/png-3/ with a palette, and no filter before the compression."""
    width, pixels = image["width"], base64.b64decode(image["pixels"])
    rows = b"".join(b"\0" + pixels[start : start + width] for start in range(0, len(pixels), width))
    palette = b"".join(colour.to_bytes(3, "big") for colour in image["palette"])
    header = struct.pack(">IIBBBBB", width, image["height"], 8, 3, 0, 0, 0)
    chunks = [(b"IHDR", header), (b"PLTE", palette), (b"IDAT", zlib.compress(rows, 9)), (b"IEND", b"")]
    return b"\x89PNG\r\n\x1a\n" + b"".join(_chunk(*chunk) for chunk in chunks)


def _chunk(kind: bytes, data: bytes) -> bytes:
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
