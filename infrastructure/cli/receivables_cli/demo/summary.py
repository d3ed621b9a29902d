"""What became of a ledger, in a few tables: facts only, in an order that does not depend on chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from typing import Final

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from receivables.cases.case import ApprovalState, Case, Outcome, Stage
from receivables.core.money import Money, total
from receivables.insight import Bucket, ageing, collection
from receivables.ledger import EntryKind, LedgerName, PaymentState
from receivables_cli.demo.books import Books
from receivables_cli.demo.cash import CashCounts
from receivables_cli.demo.checks import Check
from receivables_cli.demo.play import Counts
from receivables_cli.demo.summary_money import money_in


def show_summary(
    console: Console, books: Books, counts: Counts, checks: Sequence[Check], cash: CashCounts | None = None
) -> None:
    """Print it all. The same books give the same text."""
    parts = (_invoices, _notices, _cases, _charges, _corrections, _arrangements)
    made = (*(make(books) for make in parts), money_in(books, cash), _money(books, counts.day))
    for part in (*made, _run(counts)):
        if part is not None and (not isinstance(part, Table) or part.row_count):
            console.print(part, "")
    console.print(_checks(checks))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, justify="left" if i == 0 else "right", no_wrap=True)
    return table


def _invoices(books: Books) -> Table:
    bills = {invoice.number for invoice in books.bills()}
    in_case = {n for case in books.active_cases() for n in case.invoices if n in bills}
    table = _table(
        "Invoices",
        *("", "invoices", "paid on time", "paid late", "open", "in a case", "days to pay", "days late"),
    )
    for row in collection(books.paid()):
        case = sum(
            item.balance.currency == row.currency and number in in_case
            for number, item in books.open_items.items()
        )
        numbers = (row.invoices, row.paid_on_time, row.paid_late, row.open - case, case)
        means = (row.days_to_pay, row.days_late)
        table.add_row(
            row.currency, *map(str, numbers), *("-" if mean is None else str(mean) for mean in means)
        )
    return table


def _notices(books: Books) -> Table:
    numbers = Counter((n.kind, n.step_key, n.channel.value, n.state.value) for n in books.notices)
    order = {key: min(_offsets(books, key)) for key in {(kind, step) for kind, step, _, _ in numbers}}
    table = _table("Notices", "step", "channel", "state", "notices")
    for (kind, step, channel, state), number in sorted(
        numbers.items(), key=lambda pair: (order[pair[0][:2]], pair[0])
    ):
        table.add_row("formal notice" if kind == "formal" else step, channel, state, str(number))
    return table


def _offsets(books: Books, key: tuple[str, str]) -> Iterator[int]:
    """Where a step stands among the others: the highest step index that its notices reached."""
    for notice in books.notices:
        if (notice.kind, notice.step_key) == key:
            yield 1_000 if notice.kind == "formal" else max(line.step_offset for line in notice.items)


def _cases(books: Books) -> Group:
    table = _table("Cases", "stage", "cases", "owed")
    for stage in Stage:
        cases = [case for case in books.cases if case.stage is stage]
        if stage is Stage.CLOSED:
            for outcome in Outcome:
                _case_row(table, books, f"closed: {outcome}", [c for c in cases if c.outcome is outcome])
        else:
            _case_row(table, books, str(stage).replace("_", " "), cases)
    states = Counter(approval.state for approval in books.approvals)
    words = [f"{states[state]} {state}" for state in ApprovalState if states[state]]
    waiting = f"Approvals: {', '.join(words) or 'none'}"
    return Group(table, Text(waiting))


def _case_row(table: Table, books: Books, name: str, cases: list[Case]) -> None:
    if cases:
        owed = [books.open_items[n].balance for case in cases for n in case.invoices if n in books.open_items]
        closed = all(case.stage is Stage.CLOSED for case in cases)
        table.add_row(name, str(len(cases)), "" if closed else _in_words(owed))


def _charges(books: Books) -> Table:
    table = _table("Late charges", "", "charges", "charged", "waived", "paid", "open", "of it not claimed")
    items = [item for item in books.open_items.values() if item.is_charge]
    for currency in _currencies(charge.amount for charge in books.charges()):
        documents = {c.number for c in books.charges() if c.amount.currency == currency}
        mine = [item for item in items if item.balance.currency == currency]
        charged = _booked(books, documents, currency, EntryKind.FEE, EntryKind.INTEREST)
        waived = -_booked(books, documents, currency, EntryKind.WAIVER)
        still = total((item.balance for item in mine), currency)
        unclaimed = total((item.balance for item in mine if not item.claimed), currency)
        paid = charged - waived - still
        amounts = (charged, waived, paid, still, unclaimed)
        table.add_row(currency, str(len(documents)), *(f"{amount.decimal:,}" for amount in amounts))
    return table


def _booked(books: Books, numbers: set[str], currency: str, *kinds: EntryKind) -> Money:
    """What entries of some kinds changed of what is owed for some receivables."""
    legs = (leg for entry in books.entries if entry.kind in kinds for leg in entry.legs)
    owed = (leg.minor for leg in legs if leg.ledger is LedgerName.RECEIVABLE and leg.item in numbers)
    return Money(sum(owed), currency)


_CORRECTIONS: Final = {
    "discounts": EntryKind.DISCOUNT,
    "credit notes": EntryKind.CREDIT_NOTE,
    "refunds": EntryKind.REFUND,
    "charged back": EntryKind.CHARGEBACK,
    "won back": EntryKind.CHARGEBACK_REVERSAL,
}


def _corrections(books: Books) -> Table:
    table = _table("Discounts, credits, and what went back", "", *_CORRECTIONS)
    entries = [entry for entry in books.entries if entry.kind in _CORRECTIONS.values()]
    for currency in _currencies(entry.amount for entry in entries):
        of_it = [entry for entry in entries if entry.amount.currency == currency]
        sums = (
            total((e.amount for e in of_it if e.kind is kind), currency) for kind in _CORRECTIONS.values()
        )
        table.add_row(currency, *(f"{sum_.decimal:,}" if sum_ else "" for sum_ in sums))
    return table


def _arrangements(books: Books) -> Text:
    numbers = Counter((each.kind.value, each.state.value) for each in books.arrangements)
    words = [f"{kind} {state.replace('_', ' ')} {times}" for (kind, state), times in sorted(numbers.items())]
    return Text(f"Arrangements: {', '.join(words) or 'none'}")


def _currencies(amounts: Iterable[Money]) -> list[str]:
    return sorted({amount.currency for amount in amounts})


def _money(books: Books, on: date) -> Group:
    names = ["current", *(f"{bucket.value} days" for bucket in Bucket if bucket is not Bucket.CURRENT)]
    table = _table(f"Owed on {on}, by days overdue", "", *names, "total")
    for aged in ageing(books.open_items.values(), on):
        amounts = [aged.buckets[bucket] for bucket in Bucket]
        table.add_row(aged.currency, *(f"{amount.decimal:,}" for amount in (*amounts, aged.total)))
    waiting = [p.payment.amount for p in books.payments if p.state is PaymentState.SUSPENSE]
    unapplied = [account.unapplied for account in books.accounts if account.unapplied]
    suspense = f"In suspense: {len(waiting)} payments, {_in_words(waiting)}"
    credit = f"Unapplied credit: {len(unapplied)} accounts, {_in_words(unapplied)}"
    return Group(table, Text(suspense), Text(credit))


def _in_words(amounts: Sequence[Money]) -> str:
    sums = [total((a for a in amounts if a.currency == c), c) for c in _currencies(amounts)]
    return " + ".join(f"{amount.decimal:,} {amount.currency}" for amount in sums) or "nothing"


def _run(counts: Counts) -> Text:
    return Text(
        f"{counts.days} business days to {counts.day}; {counts.webhooks} payments by signed webhook, {counts.repeated} of "
        f"them delivered twice, and {counts.messages} other messages of processors; {counts.nominated} accounts worked; finance approved {counts.approved} and rejected "
        f"{counts.rejected} requests"
    )


def _checks(checks: Sequence[Check]) -> Group:
    lines = [Text("Checks", style="bold")]
    for each in checks:
        sign, style = ("ok", "green") if each.holds else ("NO", "bold red")
        lines.append(Text.assemble((f"{sign:>3} ", style), each.what))
        lines.extend(Text(f"      {found}", style="red") for found in each.found)
    return Group(*lines)
