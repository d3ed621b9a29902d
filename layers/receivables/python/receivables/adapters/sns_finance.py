"""Messages to people through SNS topics: finance, and operations."""

from __future__ import annotations

from typing import Any

from receivables.adapters.errors import calling
from receivables.cases.ports import Message


class SnsTopic:
    """Publishes to one topic. Implements `cases.ports.Finance` and `cases.ports.Operations`.

    A message may arrive twice (its answer can be lost): it carries its id, as attribute and last line.
    """

    def __init__(self, client: Any, topic_arn: str) -> None:
        self._client, self._topic = client, topic_arn

    def tell(self, message: Message) -> None:
        attributes = {"message_id": message.id, **message.attributes}
        with calling("sns"):
            self._client.publish(
                TopicArn=self._topic,
                Subject=message.subject,
                Message=f"{message.text}\n\nMessage {message.id}\n",
                MessageAttributes={
                    name: {"DataType": "String", "StringValue": value}
                    for name, value in attributes.items()
                    if value
                },
            )

    alert = tell
