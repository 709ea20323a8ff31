"""How Graph says no: one exception, in the envelope clients know."""

from __future__ import annotations

from typing import Any


class Refusal(Exception):
    """`inner` is the more precise code, where Graph gives one. https://learn.microsoft.com/graph/errors"""

    def __init__(
        self, status: int, code: str, message: str, *, inner: str = "", headers: dict[str, str] | None = None
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.inner = inner
        self.headers = headers or {}

    def body(self, details: dict[str, str] | None) -> dict[str, Any]:
        """`details` None: the ones that come from SharePoint carry no innerError at all."""
        error: dict[str, Any] = {"code": self.code, "message": str(self)}
        if details is not None or self.inner:
            error["innerError"] = {**({"code": self.inner} if self.inner else {}), **(details or {})}
        return {"error": error}

    @property
    def is_from_sharepoint(self) -> bool:
        return self.code in ("itemNotFound", "noResolvedUsers", "sharingFailed")


def invalid(message: str, *, inner: str = "") -> Refusal:
    return Refusal(400, "invalidRequest", message, inner=inner)


def no_such_item() -> Refusal:
    return Refusal(404, "itemNotFound", "Item not found")


def not_visible() -> Refusal:
    """Says the same of what is not there and of what is not for the caller's eyes."""
    return Refusal(404, "itemNotFound", "The resource could not be found.")


def access_denied() -> Refusal:
    return Refusal(403, "accessDenied", "Access denied")
