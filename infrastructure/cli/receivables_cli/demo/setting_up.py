"""What a company sets up once, before money can come by all ways: whom transfers are made to, its bank account, its processors."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any, Final

from botocore.exceptions import ClientError

from receivables_cli.api import Api
from receivables_cli.demo.cash import BANK_ACCOUNT
from receivables_cli.demo.stand_in import KEY
from receivables_cli.demo.statement_file import OUR_IBAN
from receivables_cli.demo.story import Story

_COMPANY: Final = "Northgate Works GmbH"
_SECRET: Final = "receivables/processors/stripe/main"  # noqa: S105 - a name; the template's default prefix


def set_up(api: Api, story: Story) -> None:
    """Terms; and what the ways need by which money comes in this story."""
    for terms in story.terms:
        api.post("/terms", terms)
    if not story.statements:
        return
    api.post(
        "/bank-accounts",
        {
            "id": BANK_ACCOUNT,
            "name": "House bank",
            "currency": "EUR",
            "iban": OUR_IBAN,
            "timezone": "Europe/Berlin",
        },
    )
    api.put("/company", company(rev=api.get("/company")["rev"], pays=True))


def wind_up(api: Api) -> None:
    """The processor that stood in is gone: nobody is led to its pages any more."""
    api.put("/company", company(rev=api.get("/company")["rev"], pays=False))


def company(rev: int, *, pays: bool) -> Mapping[str, Any]:
    """The company's settings."""
    stripe = {"processor": "stripe", "endpoint": "main", "label": "Card", "pays": pays, "reconciled": True}
    others = [{"processor": name, "endpoint": "main"} for name in ("adyen", "checkout")]
    return {
        "rev": rev,
        "name": _COMPANY,
        "creditor": {"name": _COMPANY, "iban": OUR_IBAN, "bic": "COBADEFFXXX", "country": "DE"},
        "cash": {"auto_apply": 90},
        "processors": [{**stripe, "currencies": ["EUR"]}, *others],
    }


def give_credentials(secrets: Any, url: str) -> None:
    """What the stack calls the processor with, and where it stands."""
    text = json.dumps({"values": {"api_key": KEY}, "base_url": url})
    try:
        secrets.create_secret(Name=_SECRET, SecretString=text)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceExistsException":
            raise
        secrets.put_secret_value(SecretId=_SECRET, SecretString=text)
