"""Writes the samples anew: as JSON, which the tests compare with, as pictures, and the page that shows them."""

from __future__ import annotations

import asyncio

from tests.gallery.drawing import LOOKS, drawn
from tests.gallery.pages import GOLDEN, PAGE, PICTURES, golden, page, slug
from tests.gallery.pictures import picture
from tests.gallery.samples import SAMPLES


async def main() -> None:
    for folder, kind in ((GOLDEN, "json"), (PICTURES, "png")):
        folder.mkdir(exist_ok=True)
        for old in folder.glob(f"*.{kind}"):
            old.unlink()
    for name in SAMPLES:
        (GOLDEN / f"{slug(name)}.json").write_text(golden(name))
    for look, how in LOOKS.items():
        async with drawn(how) as shown:
            for name in SAMPLES:
                (PICTURES / f"{slug(name)}.{look}.png").write_bytes(await picture(shown, name))
    PAGE.write_text(page())


if __name__ == "__main__":
    asyncio.run(main())
