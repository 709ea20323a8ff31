"""What can be an e-mail address, as Microsoft 365 takes one; and what is said of one that can't."""

from __future__ import annotations

import re

from bot.texts import _

# https://www.rfc-editor.org/rfc/rfc5321#section-4.5.3.1
LONGEST = 254
_ATOM = r"[\w!#$%&'*+/=?^`{|}~-]+"
_MAILBOX = re.compile(rf"(?=.{{1,64}}$){_ATOM}(?:\.{_ATOM})*", re.ASCII)
_LABEL = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_DOMAIN = re.compile(rf"(?:{_LABEL}\.)+(?![0-9]+$)[a-z0-9][a-z0-9-]{{0,61}}[a-z0-9]", re.ASCII | re.IGNORECASE)
_NAMED = re.compile(r"[^<>@]{0,300}<([^<>\s]{1,300})>")
_NOT_IN_A_NAME = re.compile(r"[^\w.-]+", re.ASCII)


def is_address(said: str) -> bool:
    name, _at, domain = said.rpartition("@")
    return len(said) <= LONGEST and bool(_MAILBOX.fullmatch(name) and _DOMAIN.fullmatch(domain))


def address_in(said: str) -> str:
    """The address of what a mail program calls somebody: “Eric <eric@x.com>”, “mailto:eric@x.com”, “o’brien@x.com”."""
    named = _NAMED.fullmatch(said)
    return (named[1] if named else said).removeprefix("mailto:").replace("’", "'")


def impossible(said: str) -> str:
    """The first word that is meant as an address and is none; "" where there is no such word."""
    words = (each.strip(",;.:!?<>()") for each in said.split())
    return next((each for each in words if "@" in each.strip("@") and not is_address(each)), "")


def no_address(said: str) -> str:
    if not said.isascii():
        return _(
            "“{address}” has a letter in it that I can't share with. Please look whether it only looks like another.",
            address=said,
        )
    name = _NOT_IN_A_NAME.sub("", said.partition("@")[0]).strip(".") or "name"
    return _(
        "“{address}” can't be an e-mail address; one looks like {example}.",
        address=said,
        example=f"{name}@example.com",
    )
