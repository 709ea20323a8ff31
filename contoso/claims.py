"""Claims that a token must have been asked for with, before Graph takes it again.

https://learn.microsoft.com/entra/identity-platform/claims-challenge
"""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any, cast

from contoso.people import Person
from contoso.tenant import Contoso

Json = dict[str, Any]
# What Entra wants of a sign-in that it no longer trusts.
POLICIES = {"essential": True, "values": ["c1282103-8b17-4d4d-9c2f-1d9b2a4c7e55"]}
AGAIN = json.dumps({"access_token": {"capolids": POLICIES}})


def asked_for(*parameters: str) -> Json:
    """What is asked about the access token in request parameters named claims, together. Raises ValueError."""
    found: Json = {}
    for said in filter(None, parameters):
        match json.loads(said):
            case {"access_token": dict(about)}:
                found |= cast("Json", about)
            case {**whole} if "access_token" not in whole:
                pass
            case _:
                raise ValueError("Claims are a JSON object, and what they say of the access token is one too.")
    return found


def challenge(contoso: Contoso, person: Person, said: Mapping[str, Any]) -> str:
    """What goes into the header of a 401, in base64; empty if the token `said` it was asked for with all of it."""
    wanted = contoso.challenges.get(person.id)
    if wanted is None:
        return ""
    had = said.get("asked_with", {})
    met = all(had.get(name) == value for name, value in asked_for(wanted).items())
    return "" if met else base64.b64encode(wanted.encode()).decode()
