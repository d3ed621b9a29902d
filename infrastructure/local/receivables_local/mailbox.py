"""What was sent: the embedded AWS delivers no message, it keeps them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime

from receivables_local.engine import Engine


@dataclass(frozen=True, slots=True)
class Mail:
    """One sent e-mail. `sent_at` is the machine's clock, not the simulated day."""

    message_id: str
    sender: str
    to: tuple[str, ...]
    reply_to: tuple[str, ...]
    subject: str
    text: str
    html: str
    sent_at: datetime
    tags: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TextMessage:
    """One sent SMS."""

    message_id: str
    to: str
    text: str


def mailbox(engine: Engine) -> list[Mail]:
    """Every e-mail sent since the engine started, oldest first."""
    by_account = engine.get("/_ministack/ses/messages")["messages"]
    found = [
        Mail(
            message_id=message["MessageId"],
            sender=message["Source"],
            to=tuple(message["To"]),
            reply_to=tuple(message.get("ReplyTo", ())),
            subject=message["Subject"],
            text=message["BodyText"] or "",
            html=message["BodyHtml"] or "",
            sent_at=datetime.fromtimestamp(message["Timestamp"], tz=UTC),
            tags=message.get("Tags", {}),
        )
        for messages in by_account.values()
        for message in messages
    ]
    return sorted(found, key=lambda mail: mail.sent_at)


def text_messages(engine: Engine) -> list[TextMessage]:
    """Every SMS sent since the engine started."""
    by_number = engine.get("/_ministack/sns/sms-messages")["sms_messages"]
    return [
        TextMessage(
            message_id=str(message.get("MessageId", "")), to=number, text=str(message.get("Message", ""))
        )
        for number, messages in by_number.items()
        for message in messages
    ]
