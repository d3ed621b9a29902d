"""Documents of the domain as the API shows them: the same names, amounts as amounts, percentages as decimal text."""

from __future__ import annotations

from typing import Any, Final

from receivables.core.amounts import Amounts
from receivables.core.money import Money
from receivables.core.trees import Trees, kind_of, scalar


def _called(type_: type) -> str:
    """`FixedRate` is `fixed`: it stands in a field that is called `rate`."""
    return kind_of(type_).removesuffix("_rate")


def _amount(money: Money) -> dict[str, str]:
    return {"amount": f"{money.decimal:f}", "currency": money.currency}


def _money(shown: Any) -> Money:
    return Money.parse(shown["amount"], shown["currency"])


SHOWN: Final = Trees(
    {
        Money: scalar(Money, _amount, _money),
        Amounts: scalar(
            Amounts,
            lambda amounts: [_amount(money) for money in amounts.each],
            lambda shown: Amounts.of(*(_money(each) for each in shown)),
        ),
    },
    called=_called,
    whole=True,
)
