"""The bucket of documents that are kept for ever, each under the SHA-256 of its bytes."""

from __future__ import annotations

import base64
import hashlib
import re
from typing import Any, Final

from botocore.exceptions import ClientError

from receivables.adapters.errors import calling, code_of
from receivables.core.errors import DependencyFailed, NotFound

_SHA256: Final = re.compile(r"[0-9a-f]{64}")


class S3Shelf:
    """Implements `terms.acceptance.DocumentShelf` on a bucket that encrypts and versions, with a botocore client."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._s3, self._bucket = client, bucket

    def put(self, content: bytes, content_type: str) -> str:
        digest = hashlib.sha256(content)
        with calling("s3"):
            try:
                self._s3.put_object(
                    Bucket=self._bucket,
                    Key=digest.hexdigest(),
                    Body=content,
                    ContentType=content_type,
                    ChecksumSHA256=base64.b64encode(digest.digest()).decode(),
                    IfNoneMatch="*",  # what is there has the same bytes
                )
            except ClientError as error:
                if code_of(error) != "PreconditionFailed":
                    raise
        return digest.hexdigest()

    def get(self, sha256: str) -> bytes:
        """Raises NotFound, and DependencyFailed should the bytes not be those of the hash."""
        if not _SHA256.fullmatch(sha256):
            raise NotFound("document", sha256)
        with calling("s3"):
            try:
                content: bytes = self._s3.get_object(Bucket=self._bucket, Key=sha256)["Body"].read()
            except self._s3.exceptions.NoSuchKey:
                raise NotFound("document", sha256) from None
        if hashlib.sha256(content).hexdigest() != sha256:
            raise DependencyFailed(f"s3: document {sha256} is not what it was")
        return content
