"""Adaptations of SES."""

# ruff: noqa: SLF001

import json
from email.utils import parseaddr
from typing import Any


def authorise_sending_on_the_identity() -> None:
    """AWS authorises `ses:SendEmail` on the sender's identity. The engine asks for permission on everything, so a
    policy as narrow as it should be is refused."""
    from ministack.core import iam_actions

    resource_arn = iam_actions._ses_v2_resource_arn

    def resource_or_identity(method: str, path: str, body: bytes, region: str, account: str) -> str:
        if path.rstrip("/") != "/v2/email/outbound-emails":
            return str(resource_arn(method, path, body, region, account))
        sender = parseaddr(str(json.loads(body or b"{}").get("FromEmailAddress", "")))[1]
        return f"arn:aws:ses:{region}:{account}:identity/{_verified(sender)}"

    iam_actions._ses_v2_resource_arn = resource_or_identity


def _verified(sender: str) -> str:
    """The identity that speaks for the sender: the address if it is verified, else its domain."""
    from ministack.services import ses, ses_v2

    known = ses_v2._identities.get(sender) or ses._identities.get(sender)
    return sender if known else sender.rpartition("@")[2]


def list_tags_of_sent_mail() -> None:
    """On AWS the tags and the configuration set of a message come back in its events. The engine drops them: keep
    them with the sent message, and list them."""
    from ministack import app
    from ministack.services import ses, ses_v2

    handle, listing = ses_v2.handle_request, app._handle_ses_messages_request
    kept: dict[str, dict[str, Any]] = {}

    async def handle_and_keep(method: str, path: str, headers: Any, body: bytes, query: Any) -> Any:
        reply = await handle(method, path, headers, body, query)
        if method == "POST" and path.rstrip("/").endswith("/outbound-emails") and reply[0] == 200:
            request = json.loads(body)
            kept[json.loads(reply[2])["MessageId"]] = {
                "Tags": {tag["Name"]: tag["Value"] for tag in request.get("EmailTags", [])},
                "ConfigurationSetName": request.get("ConfigurationSetName", ""),
                "ReplyTo": request.get("ReplyToAddresses", []),
            }
        return reply

    async def list_with_tags(method: str, path: str, headers: Any, query: Any) -> Any:
        reply = await listing(method, path, headers, query)
        if reply is None or reply[0] != 200:
            return reply
        document = json.loads(reply[2])
        for messages in document["messages"].values():
            for message in messages:
                message.update(kept.get(message["MessageId"], {}))
        return reply[0], reply[1], json.dumps(document).encode()

    ses_v2.handle_request = handle_and_keep
    app._handle_ses_messages_request = list_with_tags
    _ = ses
