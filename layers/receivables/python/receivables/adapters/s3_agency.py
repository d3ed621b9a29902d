"""The collection agency's drop folder on S3."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

from receivables.adapters.errors import calling


class S3Agency:
    """Writes files for the agency. Implements `cases.ports.Agency`. The bucket encrypts and versions."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._client, self._bucket = client, bucket

    def deliver(self, name: str, content: bytes, content_type: str) -> str:
        digest = base64.b64encode(hashlib.sha256(content).digest()).decode()
        with calling("s3"):
            self._client.put_object(
                Bucket=self._bucket,
                Key=name,
                Body=content,
                ContentType=content_type,
                ChecksumSHA256=digest,
            )
        return f"s3://{self._bucket}/{name}"
