"""The bucket of evidence: links to it, signed here, used by browsers."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any, Final
from urllib.parse import quote

from receivables.adapters.errors import calling
from receivables.arrangements import Evidence
from receivables.arrangements.evidence import Upload

PUT_SECONDS: Final = 900
GET_SECONDS: Final = 300


class S3Evidence:
    """Implements `arrangements.evidence.EvidenceLinks` with a botocore client that signs with version 4.

    Type and length are signed with a link to put: S3 refuses anything else. The bucket keeps versions, so what a link
    is used for twice is not lost.
    """

    def __init__(self, client: Any, bucket: str) -> None:
        self._s3, self._bucket = client, bucket

    def to_put(self, evidence: Evidence, size: int, as_of: datetime) -> Upload:
        with calling("s3"):
            url = self._s3.generate_presigned_url(
                "put_object",
                Params={
                    "Bucket": self._bucket,
                    "Key": evidence.key,
                    "ContentType": evidence.content_type,
                    "ContentLength": size,
                },
                ExpiresIn=PUT_SECONDS,
            )
        headers = {"Content-Type": evidence.content_type, "Content-Length": str(size)}
        return Upload(url, headers, as_of + timedelta(seconds=PUT_SECONDS))

    def to_get(self, evidence: Evidence) -> str:
        # Never shown in the page: a file of a stranger is downloaded, under the name that it was given.
        name = quote(evidence.name, safe="")
        with calling("s3"):
            url: str = self._s3.generate_presigned_url(
                "get_object",
                Params={
                    "Bucket": self._bucket,
                    "Key": evidence.key,
                    "ResponseContentType": evidence.content_type,
                    "ResponseContentDisposition": f"attachment; filename*=UTF-8''{name}",
                },
                ExpiresIn=GET_SECONDS,
            )
        return url
