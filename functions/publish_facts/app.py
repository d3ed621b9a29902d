"""The table's stream: what was recorded becomes events on the bus."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from receivables.runtime.observability import instrument
from receivables.runtime.publish_facts import publish


@instrument
def handler(event: Mapping[str, Any], context: Any) -> dict[str, Any]:
    """Records of the stream, answered in part: from the first that the bus did not take they come again."""
    return dict(publish(event))
