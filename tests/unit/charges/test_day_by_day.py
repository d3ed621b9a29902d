"""Interest against the slowest way to work it out: day by day, in fractions, without anything of the code that is tested.

Payments, credit notes, refunds, instalments, grace, pauses, rates that change, every day count, bounds and compounding, drawn at random.
"""

from __future__ import annotations

from calendar import isleap
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from random import Random

from hypothesis import given, settings
from hypothesis import strategies as st

from receivables.charges import Pause
from receivables.charges.preview import Event, History, preview_charges
from receivables.core.amounts import Amounts
from receivables.ledger import EntryKind
from receivables.terms import Conditions, Instalment, LateCharges
from receivables.terms.conditions import CreditNoteOrder
from receivables.terms.late_charges import (
    Accrual,
    Compounding,
    DayCount,
    FixedRate,
    Fixing,
    Inclusion,
    InterestRule,
    MonthlyRate,
    ReferenceRate,
)
from tests.unit.charges.scenes import TABLES, eur

DAY = timedelta(days=1)


@dataclass
class Oracle:
    """One invoice and its rules."""

    history: History
    rules: LateCharges
    as_of: date

    @property
    def rule(self) -> InterestRule:
        assert self.rules.interest is not None
        return self.rules.interest

    def interest(self) -> int:
        months: dict[tuple[int, int], Fraction] = {}
        years: dict[int, Fraction] = {}
        capital, month, charged_in = 0, (0, 0), dict[int, int]()
        for day in self.days():
            if (day.year, day.month) != month:
                if month in months:
                    capital += self.of_month(months[month], capital, charged_in.get(month[0], 0))
                    charged_in[month[0]] = charged_in.get(month[0], 0) + capital - sum(charged_in.values())
                month = (day.year, day.month)
            of_day = self.of_day(day, capital if self.compounds else 0)
            months[month] = months.get(month, Fraction(0)) + of_day
            years[day.year] = years.get(day.year, Fraction(0)) + of_day
        if self.compounds:
            rest = months.get(month, Fraction(0))
            total = capital + self.of_month(rest, capital, charged_in.get(month[0], 0))
        else:
            yearly = self.rule.cap_per_year.in_("EUR")
            total = round(
                sum(min(each, Fraction(yearly.minor)) if yearly else each for each in years.values())
            )
            total = total if self.most is None else min(total, self.most)
        least = self.rule.minimum.in_("EUR")
        return total if least is None or total >= least.minor else 0

    @property
    def compounds(self) -> bool:
        return self.rule.compounding is Compounding.MONTHLY

    @property
    def most(self) -> int | None:
        caps = [cap.minor] if (cap := self.rule.cap_per_invoice.in_("EUR")) else []
        if self.rule.cap_percent is not None:
            caps.append(int(Fraction(self.history.amount.minor) * Fraction(self.rule.cap_percent) / 100))
        return min(caps, default=None)

    def of_month(self, exact: Fraction, before: int, in_year: int) -> int:
        minor, yearly = round(exact), self.rule.cap_per_year.in_("EUR")
        if yearly:
            minor = min(minor, max(0, yearly.minor - in_year))
        return minor if self.most is None else min(minor, max(0, self.most - before))

    def days(self) -> Iterator[date]:
        last = self.as_of
        if self.rule.inclusion is Inclusion.AFTER_DUE_BEFORE_PAYMENT:
            last -= DAY
        day = self.parts[0].due_date
        while day <= last:
            if not any(p.first <= day and (p.last is None or day <= p.last) for p in self.history.pauses):
                yield day
            day += DAY

    def of_day(self, day: date, capital: int) -> Fraction:
        through = day - DAY if self.rule.inclusion is Inclusion.AFTER_DUE_TO_PAYMENT else day
        late = [
            (minor, part)
            for minor, part in zip(self.open_at_end_of(through), self.parts, strict=True)
            if day > self.free_until(part)
        ]
        weight = self.weight(day)
        if self.compounds:
            principal = sum(minor for minor, _ in late)
            rate = self.rate(self.parts[0].due_date + DAY, day)
            return Fraction(principal + capital) * rate * weight if principal else Fraction(0)
        return sum(
            (Fraction(minor) * self.rate(part.due_date + DAY, day) * weight for minor, part in late),
            Fraction(0),
        )

    @property
    def parts(self) -> list[Instalment]:
        return sorted(self.history.instalments, key=lambda part: part.due_date)

    def free_until(self, part: Instalment) -> date:
        grace = part.due_date + timedelta(days=self.rules.grace_days)
        unpaid = self.open_at_end_of(min(grace, self.as_of))[self.parts.index(part)]
        waiting = self.rules.grace_days and self.as_of <= grace
        return grace if not unpaid or waiting or self.rules.grace_is_free else part.due_date

    def open_at_end_of(self, day: date) -> list[int]:
        credited = paid = 0
        for event in self.history.events:
            if event.on <= day and event.kind is EntryKind.CREDIT_NOTE:
                credited -= event.amount.minor
            elif event.on <= day:
                paid -= event.amount.minor
        still = self.credited([part.amount.minor for part in self.parts], credited)
        for i, minor in enumerate(still):
            covered = min(minor, max(0, paid))
            paid -= covered
            still[i] -= covered
        return still

    def credited(self, still: list[int], credited: int) -> list[int]:
        order = self.history.conditions.credit_notes
        if credited and order is CreditNoteOrder.PROPORTIONAL:
            return [part.minor for part in eur(sum(still) - credited).allocate(still)]
        places = list(range(len(still)))
        for i in places if order is CreditNoteOrder.FIRST_FIRST else places[::-1]:
            taken = min(credited, still[i])
            credited -= taken
            still[i] -= taken
        return still

    def weight(self, day: date) -> Fraction:
        match self.rule.day_count:
            case DayCount.ACTUAL_365:
                return Fraction(1, 365)
            case DayCount.ACTUAL_360:
                return Fraction(1, 360)
            case DayCount.ACTUAL_ACTUAL:
                return Fraction(1, 366 if isleap(day.year) else 365)
            case DayCount.THIRTY_360:
                eve = day - DAY
                whole = 360 * (day.year - eve.year) + 30 * (day.month - eve.month)
                return Fraction(whole + min(day.day, 30) - min(eve.day, 30), 360)

    def rate(self, late_on: date, day: date) -> Fraction:
        match self.rule.rate:
            case FixedRate(percent):
                found = Fraction(percent)
            case MonthlyRate(percent):
                found = 12 * Fraction(percent)
            case ReferenceRate(table, margin, fixing, eve):
                counts = late_on if fixing is Fixing.HALF_YEAR_OF_DEFAULT else day
                if fixing is not Fixing.DAILY:
                    counts = date(counts.year, 7 if counts.month > 6 else 1, 1) - timedelta(days=eve)
                changes = TABLES[table].changes
                past = [change.percent for change in changes if change.on <= counts]
                found = Fraction(past[-1] if past else changes[0].percent) + Fraction(margin)
        most = self.rule.legal_maximum
        found = max(Fraction(0), found)
        return (found if most is None else min(found, Fraction(most))) / 100


def drawn(random: Random) -> Oracle:
    start = date(random.choice([2003, 2011, 2015, 2019, 2023, 2024]), random.randrange(1, 13), 15)
    amount = random.choice([random.randrange(10, 1_000), random.randrange(10, 10**7), 10**9])
    shares = eur(amount).allocate([random.randrange(1, 5) for _ in range(random.choice([1, 1, 2, 4]))])
    dates = sorted({start + timedelta(days=random.randrange(400)) for _ in shares})
    parts = [Instalment(on, share) for on, share in zip(dates, shares, strict=False)]
    missing = amount - sum(part.amount.minor for part in parts)
    parts[-1] = replace(parts[-1], amount=eur(parts[-1].amount.minor + missing))
    first = start + timedelta(days=random.randrange(500))
    pause = Pause(first, random.choice([None, first + timedelta(days=40)]), "a plan")
    history = History(
        eur(amount),
        tuple(parts),
        tuple(events(random, start, amount)),
        conditions=Conditions(credit_notes=random.choice(list(CreditNoteOrder))),
        pauses=(pause,) if random.random() < 0.3 else (),
    )
    rules = LateCharges(
        (), rule(random), grace_days=random.choice([0, 0, 3, 60]), grace_is_free=random.random() < 0.5
    )
    return Oracle(history, rules, start + timedelta(days=random.randrange(1_000)))


def events(random: Random, start: date, amount: int) -> Iterator[Event]:
    owed, paid = amount, 0
    for day in sorted(random.randrange(-30, 800) for _ in range(random.randrange(7))):
        on = start + timedelta(days=day)
        if paid and random.random() < 0.25:
            back = random.randrange(1, paid + 1)
            owed, paid = owed + back, paid - back
            yield Event(on, eur(back), random.choice([EntryKind.CHARGEBACK, EntryKind.REFUND]))
        elif owed:
            minor = random.choice([owed, random.randrange(1, owed + 1)])
            kind = random.choice([EntryKind.PAYMENT, EntryKind.PAYMENT, EntryKind.CREDIT_NOTE])
            owed, paid = owed - minor, paid + (minor if kind is EntryKind.PAYMENT else 0)
            yield Event(on, eur(-minor), kind)


def rule(random: Random) -> InterestRule:
    def maybe(minor: int) -> Amounts:
        return random.choice([Amounts(), Amounts.of(eur(minor))])

    reference = ReferenceRate(
        random.choice(sorted(TABLES)),
        Decimal(random.choice([9, 5, -3])),
        random.choice(list(Fixing)),
        random.random() < 0.5,
    )
    rates: Sequence[FixedRate | MonthlyRate | ReferenceRate] = (
        FixedRate(Decimal(random.randrange(1, 10**8)).scaleb(-6)),
        MonthlyRate(Decimal("1.5")),
        reference,
        reference,
    )
    return InterestRule(
        "interest",
        random.choice(rates),
        random.choice(list(DayCount)),
        random.choice(list(Compounding)),
        random.choice(list(Inclusion)),
        Accrual.MONTHLY,
        minimum=maybe(random.randrange(1, 500)),
        cap_per_invoice=maybe(random.randrange(600, 20_000)),
        cap_percent=random.choice([None, Decimal(10)]),
        cap_per_year=maybe(random.randrange(600, 9_000)),
        legal_maximum=random.choice([None, Decimal("9.5")]),
    )


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10**9))
def test_interest_is_what_comes_out_day_by_day(seed: int) -> None:
    case = drawn(Random(seed))
    assert preview_charges(case.history, case.rules, TABLES, case.as_of).interest == eur(case.interest())
