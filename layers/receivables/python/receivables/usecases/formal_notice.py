"""The formal notice of a case: one e-mail, sent at most once however often its task is repeated."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Final

from receivables.cases.case import Case
from receivables.cases.case_file import CaseFile
from receivables.core.clock import local_date
from receivables.core.errors import NotFound, StaleRevision
from receivables.core.ids import dated_id, new_id
from receivables.customers import Channel
from receivables.ledger import Account
from receivables.notices.content import FormalNotice as Content
from receivables.notices.content import Line, Wording
from receivables.notices.notice import Notice, NoticeItem, NoticeState
from receivables.notices.ports import Claim, Email, KillSwitch, NoticeStore
from receivables.usecases.notice_lines import bank_of, line_of
from receivables.usecases.send_notice import Fate, SendNotice

FORMAL: Final = "formal"


class Tried(StrEnum):
    """How far the case comes with its formal notice."""

    DONE = "done"
    """Sent, or nothing more can be done about it here: the case goes on."""
    PUT_OFF = "put_off"
    """Certainly not sent, and to be tried again later."""
    STALE = "stale"
    """The account or the customer changed: look again."""


@dataclass(frozen=True, slots=True)
class TriedNotice:
    outcome: Tried
    words: str


class FormalNotice:
    """Renders, claims and sends it. `pay_link` says where an account is paid."""

    def __init__(
        self,
        notices: NoticeStore,
        kill_switch: KillSwitch,
        sender: SendNotice,
        render: Callable[[Content], Wording],
        pay_link: Callable[[str], str],
    ) -> None:
        self._notices, self._kill_switch, self._sender = notices, kill_switch, sender
        self._render, self._pay_link = render, pay_link

    def send(self, file: CaseFile, account: Account) -> TriedNotice:
        """Send it, unless that was done before: its id is derived from the case and the moment it is for, and the
        claim holds only while the account is as it was read before that id was looked up."""
        notice = self._notice(file)
        before = self._earlier(notice)
        if before is not None:
            return _as_it_stands(before)
        if self._kill_switch.engaged():
            return TriedNotice(Tried.PUT_OFF, "the kill switch is engaged")
        email = self._email(file, notice) if notice.address else None
        try:
            self._notices.claim(_claim(file, account, notice))
        except StaleRevision:
            return TriedNotice(Tried.STALE, "changed meanwhile")
        if email is None:
            return _as_it_stands(notice)
        sending = self._sender.send(notice, email, file.as_of)
        if sending.fate in (Fate.STOPPED, Fate.THROTTLED):
            return TriedNotice(Tried.PUT_OFF, sending.reason)
        return TriedNotice(Tried.DONE, _WORDS[sending.fate])

    def _earlier(self, notice: Notice) -> Notice | None:
        try:
            return self._notices.get(notice.id, notice.account_id)
        except NotFound:
            return None

    def _notice(self, file: CaseFile) -> Notice:
        case, moment = file.case, moment_of(file.case)
        reach = file.customer.reach(Channel.EMAIL)
        return Notice(
            id=dated_id("ntc", moment, case.id, FORMAL),
            account_id=case.account_id,
            customer_id=case.customer_id,
            channel=Channel.EMAIL,
            address=reach.address,
            step_key=FORMAL,
            total=file.open,
            items=tuple(NoticeItem(due.key, due.amount.minor, 0, reached=False) for due in file.lines),
            claimed_at=moment,
            attempt=new_id("att", file.as_of),
            policy=case.policy,
            reasons=(f"case {case.id} was opened by {case.opened_by}",),
            state=NoticeState.CLAIMED if reach.address else NoticeState.UNREACHABLE,
            state_reason="" if reach.address else reach.reason or "",
            kind=FORMAL,
        )

    def _email(self, file: CaseFile, notice: Notice) -> Email:
        customer = file.customer
        deadline = file.as_of + timedelta(days=file.case.playbook.formal_notice_days)
        wording = self._render(
            Content(
                customer=customer,
                company=file.creditor,
                case_id=file.case.id,
                lines=_lines(file),
                total=file.open,
                credit=file.unapplied,
                pay_by=local_date(deadline, customer.tz),
                pay_link=self._pay_link(notice.account_id),
                bank=bank_of(file.company),
            )
        )
        return Email(
            to=notice.address or "",
            subject=wording.subject,
            text=wording.text,
            html=wording.html,
            tags={"notice_id": notice.id, "account_id": notice.account_id},
            sender_name=file.creditor,
            reply_to=file.reply_to,
        )


def moment_of(case: Case) -> datetime:
    """The moment that the formal notice is for: that of the opening, or the date to which it was put off."""
    return case.wake_at or case.opened_at


def _lines(file: CaseFile) -> tuple[Line, ...]:
    told: set[str] = set()
    found = []
    for due in file.dues:
        riding = [charge for charge in due.charges if charge.key not in told]
        told.update(charge.key for charge in riding)
        charges = tuple(line_of(charge, file.today, workings=file.workings) for charge in riding)
        found.append(line_of(due, file.today, charges=charges, workings=file.workings))
    return tuple(found)


def _claim(file: CaseFile, account: Account, notice: Notice) -> Claim:
    return Claim(
        account_id=account.id,
        rev=account.rev,
        customer=file.customer,
        notices=(notice,),
        progress=account.progress,
        # It is no part of the dunning plan, which stays as it is.
        worked_at=account.worked_at or file.as_of,
        next_action_at=account.next_action_at,
    )


_WORDS: Final = {
    Fate.SENT: "sent by e-mail",
    Fate.REFUSED: "refused by the mail provider; please send it by letter",
    Fate.UNKNOWN: "handed to the mail provider, which has not confirmed it; it is not sent again",
}

_STANDS: Final = {
    NoticeState.CLAIMED: _WORDS[Fate.UNKNOWN],
    NoticeState.REFUSED: _WORDS[Fate.REFUSED],
    NoticeState.BOUNCED: "sent by e-mail, but it bounced; please send it by letter",
}


def _as_it_stands(notice: Notice) -> TriedNotice:
    if notice.state is NoticeState.RELEASED:
        return TriedNotice(Tried.PUT_OFF, notice.state_reason)
    if notice.state is NoticeState.UNREACHABLE:
        words = f"not sent, the customer has no usable e-mail address ({notice.state_reason}); please send it by letter"
        return TriedNotice(Tried.DONE, words)
    return TriedNotice(Tried.DONE, _STANDS.get(notice.state, _WORDS[Fate.SENT]))
