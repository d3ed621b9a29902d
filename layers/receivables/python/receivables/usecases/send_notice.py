"""The last part of sending a notice, the same for all of them: claimed already; kill switch, send once, mark."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import TYPE_CHECKING

from receivables.core.errors import OutcomeUnknown, Refused, Throttled
from receivables.notices.ports import Email

if TYPE_CHECKING:
    from receivables.notices.notice import Notice
    from receivables.notices.ports import EmailGateway, KillSwitch, NoticeStore, Sms, SmsGateway


class Fate(StrEnum):
    """What became of a claimed notice."""

    SENT = "sent"
    REFUSED = "refused"
    """The provider refused it for good."""
    STOPPED = "stopped"
    """The kill switch is engaged: released."""
    THROTTLED = "throttled"
    """The provider asked to come back later: released."""
    UNKNOWN = "unknown"
    """It may have gone out: stays claimed until the provider's event or a person settles it; never sent again."""


@dataclass(frozen=True, slots=True)
class Sending:
    """The fate of a notice and, if it was not sent, why."""

    fate: Fate
    reason: str = ""


class SendNotice:
    """Sends what its caller has claimed. Raises what the store raises: once it may have been sent the claim stays, and
    shows as unknown."""

    def __init__(
        self,
        notices: NoticeStore,
        kill_switch: KillSwitch,
        email: EmailGateway,
        sms: SmsGateway | None = None,
    ) -> None:
        self._notices, self._kill_switch, self._email, self._sms = notices, kill_switch, email, sms

    def send(self, notice: Notice, message: Email | Sms, at: datetime) -> Sending:
        """Send it at most once; `at` dates what becomes of it."""
        try:
            stopped = self._kill_switch.engaged()
        except Exception:
            self._notices.release(notice, "the kill switch could not be read", at)
            raise
        if stopped:
            self._notices.release(notice, "kill switch", at)
            return Sending(Fate.STOPPED, "the kill switch is engaged")
        try:
            message_id = self._hand_over(message)
        except Throttled as error:
            self._notices.release(notice, "throttled", at)
            return Sending(Fate.THROTTLED, str(error))
        except Refused as error:
            self._notices.refused(notice, str(error), at)
            return Sending(Fate.REFUSED, str(error))
        except OutcomeUnknown as error:
            return Sending(Fate.UNKNOWN, str(error))
        self._notices.sent(notice, message_id, at)
        return Sending(Fate.SENT)

    def _hand_over(self, message: Email | Sms) -> str:
        if isinstance(message, Email):
            return self._email.send(message)
        if self._sms is None:
            raise Refused("this function sends no text messages")
        return self._sms.send(message)
