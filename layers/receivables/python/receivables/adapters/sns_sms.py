"""Text messages by SNS, straight to a number."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from receivables.adapters.sending import send_once

if TYPE_CHECKING:
    from receivables.notices.ports import Sms

_ATTRIBUTES: Final = {
    "AWS.SNS.SMS.SMSType": {"DataType": "String", "StringValue": "Transactional"},
}


class SnsTexts:
    """Implements `notices.ports.SmsGateway`. The client must be one that never repeats a request by itself."""

    def __init__(self, client: Any) -> None:
        self._client = client

    def send(self, sms: Sms) -> str:
        return send_once(
            "sns",
            lambda: str(
                self._client.publish(PhoneNumber=sms.to, Message=sms.text, MessageAttributes=_ATTRIBUTES)[
                    "MessageId"
                ]
            ),
        )
