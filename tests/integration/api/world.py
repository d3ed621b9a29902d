"""The API's services over in-memory stores."""

from __future__ import annotations

from receivables.ledger import Account
from receivables.runtime.api import Services
from receivables.usecases.applicable import policy_catalogue, terms_catalogue
from tests.fakes.cases_gateways import InMemoryWorkflow
from tests.fakes.directory import (
    InMemoryCompany,
    InMemoryCustomers,
    InMemoryImportJobs,
    InMemorySwitch,
    InMemoryVersions,
)
from tests.fakes.import_files import InMemoryImportFiles
from tests.fakes.stores import MemoryStores


class World(Services):
    """Everything the API stands on, in memory; `stores` and the others are there for a test to look at."""

    def __init__(self) -> None:
        self.directory = InMemoryCustomers()
        self.stores = MemoryStores(self.directory)
        self.customers = self.directory
        self.terms = terms_catalogue(InMemoryVersions())
        self.policies = policy_catalogue(InMemoryVersions())
        self.company = InMemoryCompany()
        self.switch = InMemorySwitch()
        self.import_jobs = InMemoryImportJobs()
        self.import_files = self.bucket = InMemoryImportFiles()
        self.ledger = self.stores.ledger
        self.notices = self.stores.notices
        self.cases = self.stores.cases
        self.inbox = self.stores.inbox
        self.workflow = self.machine = InMemoryWorkflow()
        self.page_key = b"a secret of the tests"

    def account(self, account_id: str = "C-1.EUR") -> Account:
        """The account as it is stored."""
        working_set = self.stores.ledger.working_set(account_id)
        assert working_set is not None
        return working_set.account
