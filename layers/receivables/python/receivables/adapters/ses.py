"""E-mail by SES v2: sent once, its answer brought to one of four meanings; and SES's events about what was sent."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from email.utils import formataddr
from typing import Any, Final

from receivables.adapters.sending import send_once
from receivables.core.clock import parse_instant
from receivables.customers import Channel
from receivables.notices.delivery import DeliveryReport, Fate
from receivables.notices.ports import Email

_FATES: Final[Mapping[str, Fate]] = {
    "Send": Fate.ACCEPTED,
    "Delivery": Fate.DELIVERED,
    "DeliveryDelay": Fate.DELAYED,
    "Complaint": Fate.COMPLAINED,
    "Reject": Fate.REJECTED,
    "Rendering Failure": Fate.REJECTED,
    "RenderingFailure": Fate.REJECTED,
}
# Where each event keeps its own time; the others have that of the mail only.
_TIMED: Final = {
    "Delivery": "delivery",
    "Bounce": "bounce",
    "Complaint": "complaint",
    "DeliveryDelay": "deliveryDelay",
}


class SesEmails:
    """Implements `notices.ports.EmailGateway`. The client must be one that never repeats a request by itself."""

    def __init__(self, client: Any, sender: str, configuration_set: str) -> None:
        self._client, self._sender, self._configuration_set = client, sender, configuration_set

    def send(self, email: Email) -> str:
        request: dict[str, Any] = {
            "FromEmailAddress": formataddr((email.sender_name, self._sender)),
            "Destination": {"ToAddresses": [email.to]},
            "Content": {
                "Simple": {
                    "Subject": _utf_8(email.subject),
                    "Body": {"Text": _utf_8(email.text), "Html": _utf_8(email.html)},
                }
            },
            "EmailTags": [{"Name": name, "Value": _tag(name, value)} for name, value in email.tags.items()],
            "ConfigurationSetName": self._configuration_set,
        }
        if email.reply_to:
            request["ReplyToAddresses"] = [email.reply_to]
        return send_once("ses", lambda: str(self._client.send_email(**request)["MessageId"]))


def delivery_report(event: Mapping[str, Any]) -> DeliveryReport | None:
    """What an event of the configuration set says; None when it is of another kind or carries no notice of ours."""
    kind = str(event.get("eventType") or event.get("notificationType") or "")
    mail = event.get("mail") or {}
    tags = mail.get("tags") or {}
    notice_id, account_id = _first(tags.get("notice_id")), _first(tags.get("account_id"))
    detail = event.get(_TIMED.get(kind, ""), {})
    fate = _bounce(detail) if kind == "Bounce" else _FATES.get(kind)
    if not (notice_id and account_id and fate):
        return None
    return DeliveryReport(
        notice_id=notice_id,
        account_id=_account_of(account_id),
        channel=Channel.EMAIL,
        fate=fate,
        reason=_reason(kind, event, detail),
        at=_when(detail.get("timestamp") or mail.get("timestamp")),
    )


def _bounce(detail: Mapping[str, Any]) -> Fate:
    # An undetermined bounce is not held against the address.
    return Fate.BOUNCED if detail.get("bounceType") == "Permanent" else Fate.NOT_DELIVERED


def _reason(kind: str, event: Mapping[str, Any], detail: Mapping[str, Any]) -> str:
    """Which event and which of its kinds: never the diagnostic text, which quotes the address."""
    reject = event.get("reject") or {}
    facts = (
        detail.get("bounceType"),
        detail.get("bounceSubType"),
        detail.get("complaintFeedbackType"),
        detail.get("delayType"),
        reject.get("reason"),
    )
    return " ".join([kind.lower(), *(str(fact) for fact in facts if fact)])


def _when(text: Any) -> datetime:
    return parse_instant(str(text), field="mail.timestamp")


def _first(values: Any) -> str | None:
    found = values[0] if isinstance(values, list) and values else values
    return found if isinstance(found, str) else None


def _utf_8(text: str) -> dict[str, str]:
    return {"Data": text, "Charset": "UTF-8"}


def _tag(name: str, value: str) -> str:
    """A value that SES takes: letters, digits, `-`, `_`. An account id has one dot, before its currency."""
    return f"{value[:-4]}_{value[-3:]}" if name == "account_id" else value


def _account_of(tag: str) -> str:
    return f"{tag[:-4]}.{tag[-3:]}"
