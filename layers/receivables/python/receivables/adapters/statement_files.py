"""The bucket into which bank statements are dropped."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final

from receivables.adapters.errors import calling
from receivables.banking.ports import StatementFile, UploadLink
from receivables.core.errors import NotFound, TooLarge

PUT_SECONDS: Final = 900


class S3StatementFiles:
    """Implements `banking.ports.StatementFiles` on one S3 bucket, with a botocore client that signs with version 4."""

    def __init__(self, client: Any, bucket: str) -> None:
        self._s3, self._bucket = client, bucket

    def read(self, key: str, most: int) -> StatementFile:
        with calling("s3"):
            try:
                answer = self._s3.get_object(Bucket=self._bucket, Key=key)
            except self._s3.exceptions.NoSuchKey:
                raise NotFound("file", key) from None
            if answer["ContentLength"] > most:
                answer["Body"].close()
                raise TooLarge(f"the file has more than {most // 1024 // 1024} MB: split it")
            content: bytes = answer["Body"].read()
        return StatementFile(content, answer["ETag"].strip('"'), answer.get("Metadata", {}))

    def write(self, key: str, content: bytes) -> None:
        with calling("s3"):
            self._s3.put_object(
                Bucket=self._bucket, Key=key, Body=content, ContentType="application/octet-stream"
            )

    def to_put(self, key: str, size: int, at: datetime) -> UploadLink:
        """The length is signed with the link: S3 refuses anything else."""
        with calling("s3"):
            url = self._s3.generate_presigned_url(
                "put_object",
                Params={"Bucket": self._bucket, "Key": key, "ContentLength": size},
                ExpiresIn=PUT_SECONDS,
            )
        return UploadLink(url, {"Content-Length": str(size)}, at + timedelta(seconds=PUT_SECONDS))
