"""Every resource of the API: its routes become those of the app, in this order."""

from __future__ import annotations

from typing import Final

from chalicelib import (
    acceptances,
    accounts,
    arrangements,
    bank_accounts,
    cases,
    charge_preview,
    charges,
    cheques,
    company,
    credit_limits,
    credit_notes,
    customers,
    decisions,
    disputes,
    extensions,
    holds,
    imports,
    inbox,
    invoices,
    ledger,
    mandates,
    notices,
    packs,
    pay_links,
    payments,
    plans,
    policies,
    policy_preview,
    promises,
    proposals,
    rates,
    reconciliations,
    refunds,
    short_payments,
    statements,
    terms,
    write_offs,
)

RESOURCES: Final = (
    customers, terms, acceptances, rates, packs, policies, policy_preview, company, invoices,
    payments, cheques, proposals, pay_links, accounts, cases, notices, inbox, imports,
    refunds, ledger, credit_notes, write_offs, charge_preview, charges, short_payments,
    arrangements, promises, plans, disputes, holds, extensions, credit_limits, decisions,
    mandates, reconciliations, bank_accounts, statements,
)  # fmt: skip
