"""The bucket into which files are dropped."""

from __future__ import annotations

from typing import Any

from receivables.core.errors import NotFound
from receivables.imports import ImportFile


class S3ImportFiles:
    """Implements `imports.ports.ImportFiles` on one S3 bucket, with a botocore client."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._s3, self._bucket = client, bucket

    def read(self, key: str) -> ImportFile:
        """Raises NotFound."""
        try:
            answer = self._s3.get_object(Bucket=self._bucket, Key=key)
        except self._s3.exceptions.NoSuchKey:
            raise NotFound("file", key) from None
        return ImportFile(answer["Body"].read(), answer["ETag"].strip('"'), answer.get("Metadata", {}))

    def write(self, key: str, content: bytes, content_type: str) -> None:
        self._s3.put_object(Bucket=self._bucket, Key=key, Body=content, ContentType=content_type)
