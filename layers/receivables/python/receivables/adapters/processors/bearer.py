"""OAuth client credentials: a token that is asked for once, used while it is valid, and asked for again when it is refused."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import Final

from receivables.adapters.http import Answer
from receivables.core.errors import DependencyFailed, Refused

_SPARE_SECONDS: Final = 60
_UNAUTHORIZED: Final = 401


class Bearer:
    """`ask` asks for a token and gives the answer; `call` makes a call with the headers given, letting a 401 through."""

    def __init__(self, ask: Callable[[], Answer], monotonic: Callable[[], float] = time.monotonic) -> None:
        self._ask, self._monotonic = ask, monotonic
        self._token, self._until = "", 0.0

    def call(self, call: Callable[[dict[str, str]], Answer]) -> Answer:
        """The answer of a call with a token. Raises what the call raises; Refused when a fresh token is not good either."""
        fresh = self._monotonic() >= self._until
        answer = call(self._header(renew=fresh))
        if answer.status == _UNAUTHORIZED and not fresh:
            answer = call(self._header(renew=True))
        if answer.status == _UNAUTHORIZED:
            self._until = 0.0
            raise Refused(f"{answer.service}: the credentials are not good")
        return answer

    def _header(self, *, renew: bool) -> dict[str, str]:
        if renew:
            self._renew()
        return {"authorization": f"Bearer {self._token}"}

    def _renew(self) -> None:
        answer = self._ask()
        document = answer.document()
        token, seconds = document.get("access_token"), document.get("expires_in")
        if not isinstance(token, str) or not token or type(seconds) is not int:
            raise DependencyFailed(f"{answer.service}: the answer has no token")
        self._token, self._until = token, self._monotonic() + max(seconds - _SPARE_SECONDS, 0)
