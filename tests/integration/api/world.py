"""The API's services over in-memory stores."""

from __future__ import annotations

from receivables.adapters.holiday_calendars import PublicHolidays
from receivables.ledger import AT_ONCE, Account
from receivables.runtime.api import Services
from receivables.usecases.applicable import policy_catalogue, rates_catalogue, terms_catalogue
from tests.fakes.banking import (
    InMemoryAttentions,
    InMemoryBankAccounts,
    InMemoryRegister,
    InMemoryStatementFiles,
    InMemoryStatementJobs,
    InMemoryStatements,
)
from tests.fakes.cases_gateways import InMemoryWorkflow
from tests.fakes.checking import InMemoryBooks, InMemoryCheckLog
from tests.fakes.directory import (
    InMemoryAcceptances,
    InMemoryCompany,
    InMemoryCustomers,
    InMemoryImportJobs,
    InMemoryMandates,
    InMemoryShelf,
    InMemorySwitch,
    InMemoryVersions,
)
from tests.fakes.evidence import InMemoryEvidence
from tests.fakes.import_files import InMemoryImportFiles
from tests.fakes.matching import InMemoryHabits, InMemoryProposals
from tests.fakes.reconciling import InMemoryReconciliations
from tests.fakes.stores import MemoryStores


class World(Services):
    """Everything the API stands on, in memory; `stores` and the others are there for a test to look at."""

    def __init__(self) -> None:
        self.directory = InMemoryCustomers()
        self.stores = MemoryStores(self.directory)
        self.customers = self.directory
        self.terms = terms_catalogue(InMemoryVersions())
        self.policies = policy_catalogue(InMemoryVersions())
        self.rates = rates_catalogue(InMemoryVersions())
        self.holidays = PublicHolidays()
        self.acceptances = InMemoryAcceptances()
        self.shelf = self.papers = InMemoryShelf()
        self.company = InMemoryCompany()
        self.switch = InMemorySwitch()
        self.processors.mandates = InMemoryMandates()
        self.processors.reconciliations = InMemoryReconciliations()
        self.import_jobs = InMemoryImportJobs()
        self.import_files = self.bucket = InMemoryImportFiles()
        self.ledger = self.processors.payouts = self.stores.ledger
        self.notices = self.stores.notices
        self.cases = self.stores.cases
        self.inbox = self.stores.inbox
        self.workflow = self.machine = InMemoryWorkflow()
        self.banking.accounts = InMemoryBankAccounts()
        self.banking.statements = InMemoryStatements()
        self.banking.jobs = InMemoryStatementJobs()
        self.banking.register = InMemoryRegister()
        self.banking.attentions = InMemoryAttentions()
        self.banking.files = InMemoryStatementFiles()
        self.page_key = b"a secret of the tests"
        self.arrangements.evidence = InMemoryEvidence()
        self.money.books = InMemoryBooks(self.stores.shelf)
        self.money.check_log = InMemoryCheckLog()
        self.money.proposal_store = InMemoryProposals()
        self.money.habits = InMemoryHabits()
        # Not before the request, so it is the request's own time.
        self.clock = lambda: AT_ONCE

    def account(self, account_id: str = "C-1.EUR") -> Account:
        """The account as it is stored."""
        working_set = self.stores.ledger.working_set(account_id)
        assert working_set is not None
        return working_set.account
