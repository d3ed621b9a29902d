"""The single writes that a posting consists of: what is new, and what was there before."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from receivables.adapters.dynamodb import keys
from receivables.adapters.dynamodb.arrangement_codec import arrangement_item, arrangement_pointer_item
from receivables.adapters.dynamodb.codec import credit_item, entry_item
from receivables.adapters.dynamodb.facts import arrangement_fact
from receivables.adapters.dynamodb.item_changes import changed_item, closed_document, gone_item
from receivables.adapters.dynamodb.payment_codec import STUB, payment_item, stub_item
from receivables.adapters.dynamodb.payout_codec import payout_item
from receivables.adapters.dynamodb.receivable_codec import invoice_item, open_item_item, pointer_item
from receivables.adapters.dynamodb.table import Table, Write
from receivables.adapters.dynamodb.timeline import fact_item
from receivables.adapters.dynamodb.values import Item, instant, number, text
from receivables.core.clock import parse_instant
from receivables.ledger import ArrangementChange, CreditChange, ItemChange, Posting


def new_items(posting: Posting) -> Iterator[tuple[str, Item]]:
    """What must not be there yet, by name; what is most certain to tell a repetition comes first."""
    yield from _new_money(posting)
    if posting.key is not None:
        yield "key", _guard_item(posting, posting.key)
    for change in posting.items:
        yield from _new_receivable(posting.account_id, change)
    for made in _made(posting):
        yield f"pointer:{made.after.id}", arrangement_pointer_item(made.after)
    for entry in posting.entries:
        yield f"entry:{entry.id}", entry_item(entry)
    for fact in posting.facts:
        yield f"fact:{fact['id']}", fact_item(posting.account_id, fact)
    for made in _made(posting):
        yield _trace(posting, made)


def _new_money(posting: Posting) -> Iterator[tuple[str, Item]]:
    payment, stub, payout = posting.payment, posting.stub, posting.payout
    if payment is not None and payment.before is None and payment.stub_rev is None:
        yield "payment", payment_item(payment.after)
    if stub is not None and stub.before is None:
        yield "stub", stub_item(stub.after)
    if payout is not None and payout.before is None:
        yield "payout", payout_item(payout.after)


def _made(posting: Posting) -> list[ArrangementChange]:
    return [change for change in posting.arrangements if change.before is None]


def traces(posting: Posting) -> Iterator[tuple[str, Item]]:
    """The facts of arrangements that change. One that is there tells that somebody else changed it to that rev."""
    for made in posting.arrangements:
        if made.before is not None:
            yield _trace(posting, made)


def _trace(posting: Posting, made: ArrangementChange) -> tuple[str, Item]:
    fact = arrangement_fact(made, _moment(posting))
    return f"fact:{fact['id']}", fact_item(posting.account_id, fact)


def _new_receivable(account_id: str, change: ItemChange) -> Iterator[tuple[str, Item]]:
    if change.document is None or change.document_rev is not None:
        return
    yield f"pointer:{change.number}", pointer_item(change.document)
    yield f"document:{change.number}", invoice_item(change.document)
    if change.after is not None:
        yield f"item:{change.number}", open_item_item(account_id, change.after)


def _guard_item(posting: Posting, key: str) -> Item:
    """The key of a posting, and where its first entry is."""
    first = posting.entries[0]
    return {
        **keys.guard_key(key),
        "kind": text("guard"),
        "account_id": text(first.account_id),
        "entry": text(first.id),
        "recorded_at": instant(first.recorded_at),
    }


def _moment(posting: Posting) -> datetime | None:
    if posting.entries:
        return posting.entries[0].recorded_at
    return parse_instant(posting.facts[0]["at"], field="at") if posting.facts else None


def old_writes(table: Table, posting: Posting) -> Iterator[tuple[str, Write]]:
    """What must be as it was read: receivables, credits and arrangements, by name."""
    for change in posting.items:
        yield from _item_writes(table, posting.account_id, change)
    for credit in posting.credits:
        yield _credit_write(table, posting.account_id, credit)
    for made in posting.arrangements:
        yield from _arrangement_writes(table, made)


def _item_writes(table: Table, account_id: str, change: ItemChange) -> Iterator[tuple[str, Write]]:
    before, after, name = change.before, change.after, change.number
    if before is not None and after is not None:
        yield f"item:{name}", changed_item(table, account_id, before, after)
    elif before is not None:
        yield f"item:{name}", gone_item(table, account_id, before)
    elif after is not None and change.document_rev is not None:
        yield f"item:{name}", table.put(open_item_item(account_id, after))
    if change.closing is not None:
        yield f"document:{name}", closed_document(table, account_id, name, change.closing)
    elif change.document is not None and change.document_rev is not None:
        rev = change.document_rev
        item = {**invoice_item(change.document), "rev": number(rev + 1)}
        yield f"document:{name}", table.put(item, "rev = :seen", {":seen": number(rev)})


def _credit_write(table: Table, account_id: str, change: CreditChange) -> tuple[str, Write]:
    before, after = change.before, change.after
    if before is None:
        if after is None:
            raise ValueError("a credit that neither was nor is")
        return f"credit:{after.id}", table.put(credit_item(account_id, after))
    condition, values = _at_rev(before.rev)
    condition, values = f"{condition} AND balance = :was", values | {":was": number(before.balance.minor)}
    if after is None:
        return f"credit:{before.id}", table.delete(keys.credit_key(account_id, before.id), condition, values)
    item = {**credit_item(account_id, after), "rev": number(before.rev + 1)}
    return f"credit:{before.id}", table.put(item, condition, values)


def money_again(table: Table, posting: Posting) -> Iterator[tuple[str, Write]]:
    """What is known already of a payment or payout, if it is as it was read: it changes, or the money takes the place of what was known
    of it."""
    payment, stub, payout = posting.payment, posting.stub, posting.payout
    if payment is not None and payment.before is not None:
        yield "payment", _again(table, payment_item(payment.after), payment.before.rev)
    elif payment is not None and payment.stub_rev is not None:
        yield "payment", _instead_of_stub(table, payment_item(payment.after), payment.stub_rev)
    if stub is not None and stub.before is not None:
        item = {**stub_item(stub.after), "rev": number(stub.before.rev + 1)}
        yield "stub", _instead_of_stub(table, item, stub.before.rev)
    if payout is not None and payout.before is not None:
        yield "payout", _again(table, payout_item(payout.after), payout.before.rev)


def _again(table: Table, item: Item, seen: int) -> Write:
    return table.put({**item, "rev": number(seen + 1)}, *_at_rev(seen))


def _instead_of_stub(table: Table, item: Item, seen: int) -> Write:
    """A record may have the rev that the stub had: it must be a stub, too."""
    condition, values = _at_rev(seen)
    return table.put(item, f"kind = :stub AND {condition}", {**values, ":stub": text(STUB)})


def _arrangement_writes(table: Table, change: ArrangementChange) -> Iterator[tuple[str, Write]]:
    before, after = change.before, change.after
    item = arrangement_item(after)
    if before is None:
        yield f"arrangement:{after.id}", table.put(item)
        return
    item = {**item, "rev": number(before.rev + 1)}
    place = keys.arrangement_key(before.account_id, before.id, active=before.active)
    condition, values = _at_rev(before.rev)
    if before.active is after.active:
        yield f"arrangement:{after.id}", table.put(item, condition, values)
    else:
        yield f"arrangement:{after.id}", table.delete(place, condition, values)
        yield f"moved:{after.id}", table.put(item)


def _at_rev(rev: int) -> tuple[str, Item]:
    """It is there, and at that rev; the first one, 0, need not be stored."""
    if rev:
        return "rev = :seen", {":seen": number(rev)}
    condition = "attribute_exists(pk) AND (attribute_not_exists(rev) OR rev = :seen)"
    return condition, {":seen": number(0)}
