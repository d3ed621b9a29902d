"""Items of the ledger to domain objects and back, attribute by attribute: accounts, entries and credits."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date

from receivables import arrangements, ledger
from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.arrangement_codec import arrangement_from
from receivables.adapters.dynamodb.compact import hold_at
from receivables.adapters.dynamodb.receivable_codec import open_item_from
from receivables.adapters.dynamodb.values import (
    Item,
    Value,
    day,
    flag_at,
    instant,
    instant_at,
    money_at,
    number,
    number_at,
    number_map_at,
    optional_instant,
    optional_text,
    present,
    text,
    text_at,
    texts_at,
)


def account_from(item: Mapping[str, Value]) -> ledger.Account:
    return ledger.Account(
        id=keys.account_id_of(item["pk"]["S"]),
        customer_id=item["customer_id"]["S"],
        balance=money_at(item, "balance"),
        unapplied=money_at(item, "unapplied"),
        rev=number_at(item, "rev"),
        progress=number_map_at(item, "progress"),
        worked_at=optional_instant(item, "worked_at"),
        next_action_at=optional_instant(item, "next_action_at"),
        hold=hold_at(item),
        raised=number_map_at(item, "raised"),
        promises=ledger.PromiseRecord(
            number_at(item, "promises_kept"),
            number_at(item, "promises_partly_kept"),
            number_at(item, "promises_broken"),
        ),
        over_limit=flag_at(item, "over_limit"),
    )


def working_set_from(items: Iterable[Item]) -> ledger.WorkingSet | None:
    """The items of an account's working set; None when there is no account among them."""
    account: ledger.Account | None = None
    case: ledger.ActiveCase | None = None
    opened: list[Item] = []
    credits_: list[ledger.Credit] = []
    agreed: list[arrangements.Arrangement] = []
    for item in items:
        place = item["sk"]["S"]
        if place.startswith(keys.OPEN_ITEMS):
            opened.append(item)
        elif place == keys.ACCOUNT:
            account = account_from(item)
        elif place == keys.ACTIVE_CASE:
            case = _active_case_from(item)
        elif place.startswith(keys.CREDITS):
            credits_.append(credit_from(item))
        elif place.startswith(keys.ARRANGEMENTS):
            agreed.append(arrangement_from(item))
    if account is None:
        return None
    active = case.id if case else None
    receivables = tuple(open_item_from(item, active) for item in opened)
    return ledger.WorkingSet(account, receivables, case, tuple(credits_), tuple(agreed))


def _active_case_from(item: Mapping[str, Value]) -> ledger.ActiveCase:
    return ledger.ActiveCase(
        id=text_at(item, "id"),
        stage=text_at(item, "stage"),
        invoices=texts_at(item, "invoices"),
        wake_at=optional_instant(item, "wake_at"),
        started=item["started"]["BOOL"],
    )


def entry_item(entry: ledger.Entry) -> Item:
    return {
        **keys.fact_key(entry.account_id, entry.recorded_at, "entry", entry.id),
        **present(
            kind=text("entry"),
            id=text(entry.id),
            entry_kind=text(entry.kind),
            amount=number(entry.amount.minor),
            currency=text(entry.amount.currency),
            effective_at=instant(entry.effective_at),
            recorded_at=instant(entry.recorded_at),
            legs={"L": [_leg_value(leg) for leg in entry.legs]},
            source=text(entry.source) if entry.source != entry.payment else None,
            invoice=text(entry.invoice) if entry.invoice else None,
            reason=text(entry.reason) if entry.reason else None,
            due_date=day(entry.due_date) if entry.due_date else None,
            payment=text(entry.payment) if entry.payment else None,
            reverses=text(entry.reverses) if entry.reverses else None,
        ),
    }


def entry_from(item: Mapping[str, Value]) -> ledger.Entry:
    return ledger.Entry(
        id=text_at(item, "id"),
        account_id=keys.account_id_of(item["pk"]["S"]),
        kind=ledger.EntryKind(text_at(item, "entry_kind")),
        amount=money_at(item),
        effective_at=instant_at(item, "effective_at"),
        recorded_at=instant_at(item, "recorded_at"),
        legs=tuple(_leg(leg["L"]) for leg in item["legs"]["L"]),
        source=text_at(item, "source", text_at(item, "payment")),
        invoice=optional_text(item, "invoice"),
        reason=text_at(item, "reason"),
        due_date=date.fromisoformat(item["due_date"]["S"]) if "due_date" in item else None,
        payment=optional_text(item, "payment"),
        reverses=optional_text(item, "reverses"),
    )


def _leg_value(leg: ledger.Leg) -> Value:
    moved = [text(leg.ledger), number(leg.minor)]
    return {"L": moved if leg.item is None else [*moved, text(leg.item)]}


def _leg(stored: list[Value]) -> ledger.Leg:
    return ledger.Leg(
        ledger.LedgerName(stored[0]["S"]), int(stored[1]["N"]), stored[2]["S"] if len(stored) > 2 else None
    )


def credit_item(account_id: str, credit: ledger.Credit) -> Item:
    return {
        **keys.credit_key(account_id, credit.id),
        **present(
            kind=text("credit"),
            id=text(credit.id),
            balance=number(credit.balance.minor),
            currency=text(credit.balance.currency),
            effective_at=instant(credit.effective_at),
            source=text(credit.source),
            key=text(credit.key),
            rev=number(credit.rev) if credit.rev else None,
        ),
    }


def credit_from(item: Mapping[str, Value]) -> ledger.Credit:
    return ledger.Credit(
        text_at(item, "id"),
        money_at(item, "balance"),
        instant_at(item, "effective_at"),
        ledger.CreditSource(text_at(item, "source")),
        text_at(item, "key"),
        number_at(item, "rev"),
    )
