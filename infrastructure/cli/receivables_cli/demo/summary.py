"""What became of a ledger, in a few tables: facts only, in an order that does not depend on chance."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from receivables.cases.case import ApprovalState, Case, Outcome, Stage
from receivables.core.money import Money, total
from receivables.insight import Bucket, ageing, collection
from receivables.ledger import PaymentState
from receivables_cli.demo.books import Books
from receivables_cli.demo.checks import Check
from receivables_cli.demo.play import Counts


def show_summary(console: Console, books: Books, counts: Counts, checks: Sequence[Check]) -> None:
    """Print it all. The same books give the same text."""
    for part in (_invoices(books), _notices(books), _cases(books), _money(books, counts.day), _run(counts)):
        console.print(part, "")
    console.print(_checks(checks))


def _table(title: str, *columns: str) -> Table:
    table = Table(title=title, title_justify="left", title_style="bold", box=None, pad_edge=False)
    for i, column in enumerate(columns):
        table.add_column(column, justify="left" if i == 0 else "right", no_wrap=True)
    return table


def _invoices(books: Books) -> Table:
    in_case = {number for case in books.active_cases() for number in case.invoices}
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
    sums = [total((a for a in amounts if a.currency == c), c) for c in sorted({a.currency for a in amounts})]
    return " + ".join(f"{amount.decimal:,} {amount.currency}" for amount in sums) or "nothing"


def _run(counts: Counts) -> Text:
    return Text(
        f"{counts.days} business days to {counts.day}; {counts.webhooks} payments by signed webhook, {counts.repeated} of "
        f"them delivered twice; {counts.nominated} accounts worked; finance approved {counts.approved} and rejected "
        f"{counts.rejected} requests"
    )


def _checks(checks: Sequence[Check]) -> Group:
    lines = [Text("Checks", style="bold")]
    for each in checks:
        sign, style = ("ok", "green") if each.holds else ("NO", "bold red")
        lines.append(Text.assemble((f"{sign:>3} ", style), each.what))
        lines.extend(Text(f"      {found}", style="red") for found in each.found)
    return Group(*lines)
