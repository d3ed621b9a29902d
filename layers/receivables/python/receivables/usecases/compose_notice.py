"""From a decided notice to what is claimed and sent: one notice record and one rendered message per channel."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Final

from receivables.core.clock import local_date
from receivables.core.configuration import Company
from receivables.core.ids import new_id
from receivables.customers import Channel, Customer, Reach
from receivables.dunning import Listing, NoticeLine, Policy, SendNotice
from receivables.ledger import Account
from receivables.notices.content import Line, Reminder, Rule
from receivables.notices.notice import Notice, NoticeItem, NoticeState
from receivables.notices.ports import Email, Sms
from receivables.notices.rendering import render, render_sms
from receivables.usecases.courier import Parcel
from receivables.usecases.notice_lines import NO_WORKINGS, Workings, bank_of, line_of

MOST_REASONS: Final = 10
"""Reasons kept on a notice; for an account with more invoices the rest are counted."""


@dataclass(frozen=True, slots=True)
class Addressing:
    """Whose company it is, and where an account is paid."""

    company: Company
    pay_link: Callable[[str], str]


def compose(
    action: SendNotice,
    account: Account,
    customer: Customer,
    policy: Policy,
    reasons: Sequence[str],
    addressing: Addressing,
    as_of: datetime,
    workings: Workings = NO_WORKINGS,
) -> list[Parcel]:
    """The parcels of one claim: a parcel for each channel of the step that reaches the customer; if none does, one
    that is not sent, so that it is on record that the step came and nobody could be told. `workings` tell how late
    charges came about, by their numbers."""
    reaches = [customer.reach(channel) for channel in action.step.channels]
    notice = _notice(action, account, policy, reasons, as_of)
    usable = [reach for reach in reaches if reach.address is not None]
    if not usable:
        why = "; ".join(f"{reach.channel}: {reach.reason}" for reach in reaches)
        nobody = replace(notice, state=NoticeState.UNREACHABLE, state_reason=why, channel=reaches[0].channel)
        return [Parcel(nobody, None)]
    reminder = _reminder(action, account, customer, policy, addressing, as_of, workings)
    return [_parcel(notice, reach, reminder, addressing.company, as_of) for reach in usable]


def _notice(
    action: SendNotice, account: Account, policy: Policy, reasons: Sequence[str], as_of: datetime
) -> Notice:
    reached = [line for line in action.lines if line.listing is Listing.REACHED]
    return Notice(
        id=new_id("ntc", as_of),
        account_id=account.id,
        customer_id=account.customer_id,
        channel=Channel.EMAIL,
        address=None,
        step_key=action.step.key,
        total=action.total,
        items=tuple(_item(line) for line in action.lines),
        claimed_at=as_of,
        attempt=new_id("att", as_of),
        policy=f"{policy.id}/{policy.version}",
        reasons=_bounded(reasons),
        previous={
            key: account.progress[key] for key in (line.key for line in reached) if key in account.progress
        },
    )


def _item(line: NoticeLine) -> NoticeItem:
    return NoticeItem(line.key, line.balance.minor, line.step_offset, line.listing is Listing.REACHED)


def _bounded(reasons: Sequence[str]) -> tuple[str, ...]:
    if len(reasons) <= MOST_REASONS:
        return tuple(reasons)
    return (*reasons[:MOST_REASONS], f"and {len(reasons) - MOST_REASONS} more invoices by the same rules")


def _reminder(
    action: SendNotice,
    account: Account,
    customer: Customer,
    policy: Policy,
    addressing: Addressing,
    as_of: datetime,
    workings: Workings,
) -> Reminder:
    today = local_date(as_of, customer.tz)
    leading = max(
        (line for line in action.lines if line.listing is Listing.REACHED),
        key=lambda line: (line.step_index, line.days_overdue),
    )
    return Reminder(
        tone=action.tone.value,
        customer=customer,
        company=addressing.company.name,
        lines=_told(action.lines, today, workings),
        leading=_line(leading, today, workings),
        total=action.total,
        credit=account.unapplied,
        pay_link=addressing.pay_link(account.id),
        rule=Rule(
            policy.name, policy.version, leading.step_index, len(policy.steps), action.step.offset_days
        ),
        bank=bank_of(addressing.company),
    )


def _told(lines: Sequence[NoticeLine], today: date, workings: Workings) -> tuple[Line, ...]:
    """The lines as the customer reads them: each late charge with what it rides with."""
    found: list[Line] = []
    for line in lines:
        each = _line(line, today, workings)
        if line.listing is Listing.RIDING:
            found[-1] = replace(found[-1], charges=(*found[-1].charges, each))
        else:
            found.append(each)
    return tuple(found)


def _line(line: NoticeLine, today: date, workings: Workings) -> Line:
    return line_of(line.due, today, reached=line.listing is Listing.REACHED, workings=workings)


def _parcel(notice: Notice, reach: Reach, reminder: Reminder, company: Company, as_of: datetime) -> Parcel:
    own = replace(notice, id=new_id("ntc", as_of), channel=reach.channel, address=reach.address)
    to = reach.address or ""
    if reach.channel is Channel.SMS:
        return Parcel(own, Sms(to, render_sms(reminder)))
    wording = render(reminder)
    tags = {"notice_id": own.id, "account_id": own.account_id}
    return Parcel(
        own,
        Email(to, wording.subject, wording.text, wording.html, tags, reminder.company, company.reply_to),
    )
