"""Keys as one segment of a path.

Invoice numbers and payment keys may hold slashes, `#` and spaces; gateways and clients disagree on how often a percent
sign is decoded. So such a key is written with `~` in the place of the percent sign: `stripe/main/pi_1` is
`stripe~2Fmain~2Fpi_1`. A key that is plain stays as it is.
"""

from __future__ import annotations

import re
from typing import Final
from urllib.parse import unquote, unquote_to_bytes

from receivables.core.errors import InvalidInput

_UNSAFE: Final = re.compile(rb"[^A-Za-z0-9._\-]")


def to_path(key: str) -> str:
    """The key as one path segment."""
    return _UNSAFE.sub(lambda match: b"~%02X" % match[0][0], key.encode()).decode()


def from_path(segment: str, field: str) -> str:
    """The key of a path segment, whether or not a gateway has decoded percent signs. Raises InvalidInput."""
    try:
        return unquote_to_bytes(unquote(segment).replace("~", "%")).decode()
    except UnicodeDecodeError:
        raise InvalidInput(field, "is not UTF-8") from None
