"""One person at Contoso's Graph, and what its tests ask and read there."""

from __future__ import annotations

from collections.abc import AsyncGenerator
from typing import Any

import httpx
import pytest

from contoso import tokens
from contoso.files import Item
from contoso.tenant import Contoso

ALL = "User.Read User.ReadBasic.All Files.ReadWrite.All"


class Reader(httpx.AsyncClient):
    """One person at Graph."""

    def __init__(self, contoso: Contoso, who: str, scopes: str = ALL) -> None:
        token = tokens.graph_token(contoso, contoso.person(who), frozenset(scopes.split()))
        super().__init__(base_url=f"{contoso.base_url}/v1.0", headers={"Authorization": f"Bearer {token}"})


def at_graph(who: str, scopes: str = ALL) -> object:
    """A fixture of the module it is assigned in: `adele = at_graph(ADELE)`."""

    @pytest.fixture
    async def person(contoso: Contoso) -> AsyncGenerator[Reader]:
        async with Reader(contoso, who, scopes) as reader:
            yield reader

    return person


def at(item: Item) -> str:
    return f"/drives/{item.drive_id}/items/{item.id}"


def body(*recipients: dict[str, str], **more: Any) -> dict[str, Any]:
    said = {"recipients": list(recipients), "roles": ["write"], "requireSignIn": True, "sendInvitation": True}
    return {name: value for name, value in {**said, **more}.items() if value is not None}


def error(answer: httpx.Response) -> tuple[int, str, str]:
    said = answer.json()["error"]
    return answer.status_code, said["code"], said["message"]


def names(answer: httpx.Response) -> list[str]:
    assert answer.status_code == 200
    return [each["name"] for each in answer.json()["value"]]
