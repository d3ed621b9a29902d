"""What a case does when it acts: effects first, under derived ids, then the step is stored.

What other systems must undo later (a suspension, a placement) is the other way round: stored before anybody is told;
they learn it from the stored event itself.
"""

from __future__ import annotations

from collections.abc import Mapping

from receivables.cases.case import Approval, ApprovalState, Outcome
from receivables.cases.case_file import CaseFile
from receivables.cases.messages import approval_wanted, case_opened
from receivables.cases.placement import (
    CONTENT_TYPE,
    placement_file,
    placement_name,
    recall_file,
    recall_name,
)
from receivables.cases.playbook import Act, Change, Do, carry_out, close, put_off
from receivables.cases.ports import Agency, CaseStore, Finance
from receivables.usecases.case_file import CaseFiles
from receivables.usecases.case_situation import Situation, Situations
from receivables.usecases.formal_notice import FormalNotice, Tried


class CaseActs:
    """Carries out acts. Each returns the event that it stored; None when the facts changed under it, and everything is
    to be read again. All raise StaleRevision for the same reason."""

    def __init__(
        self,
        cases: CaseStore,
        situations: Situations,
        files: CaseFiles,
        formal: FormalNotice,
        finance: Finance,
        agency: Agency,
        console: str,
    ) -> None:
        self._cases, self._situations, self._files, self._formal = cases, situations, files, formal
        self._finance, self._agency, self._console = finance, agency, console.rstrip("/")

    def carry_out(self, now: Situation, act: Act) -> str | None:
        """Do what is due."""
        if act is Act.NOTIFY:
            return self._notify(now)
        if act is Act.REMIND and now.approval is not None:
            self._finance.tell(approval_wanted(self._file(now), now.approval, self._console))
            return self._store_if_still(now, act, {"approval_id": now.approval.id})
        if act is Act.HAND_OVER:
            name = placement_name(now.case)
            address = self._agency.deliver(name, placement_file(self._file(now)), CONTENT_TYPE)
            return self._store_if_still(now, act, {"file": address})
        return self._store(now, carry_out(now.case, act, now.as_of), _decided(now.approval))

    def close(self, now: Situation, outcome: Outcome) -> str:
        """Close the case; what the agency was given is recalled before, if it is paid."""
        case, paid = now.case, outcome is Outcome.PAID
        at = max(now.as_of, self._files.last_payment(case) or now.as_of) if paid else now.as_of
        if case.placed and paid:
            self._agency.deliver(recall_name(case), recall_file(case, at), CONTENT_TYPE)
        pending = now.approval and now.approval.state is ApprovalState.PENDING
        facts = {
            "outcome": outcome.value,
            "suspended": _YES_NO[case.suspended],
            "placed": _YES_NO[case.placed],
        }
        self._cases.close(close(case, outcome, at), now.approval if pending else None, facts=facts)
        return "closed"

    def _notify(self, now: Situation) -> str | None:
        file = self._file(now)
        tried = self._formal.send(file, now.working_set.account)
        if tried.outcome is Tried.STALE:
            return None
        if tried.outcome is Tried.PUT_OFF:
            again = self._situations.again(now)
            return (
                self._store(again, put_off(now.case, now.as_of), {"reason": tried.words}) if again else None
            )
        self._finance.tell(case_opened(file, tried.words, self._console))
        return self._store_if_still(now, Act.NOTIFY, {"notice": tried.words})

    def _store_if_still(self, before: Situation, act: Act, facts: Mapping[str, str]) -> str | None:
        """Store an act whose effects took time, unless the facts have changed under it."""
        now = self._situations.again(before)
        if now is None or not isinstance(now.step, Do) or now.step.act is not act:
            return None
        return self._store(now, carry_out(now.case, act, now.as_of), facts)

    def _store(self, now: Situation, change: Change, facts: Mapping[str, str]) -> str:
        self._cases.advance(
            change.case,
            change.event,
            account_rev=now.account_rev,
            facts=facts,
            approval=change.approval,
        )
        return change.event

    def _file(self, now: Situation) -> CaseFile:
        return self._files.compile(now)


_YES_NO = {True: "yes", False: "no"}


def _decided(approval: Approval | None) -> dict[str, str]:
    if approval is None or approval.decided_by is None:
        return {}
    return {"approval_id": approval.id, "decided_by": approval.decided_by, "reason": approval.reason}
