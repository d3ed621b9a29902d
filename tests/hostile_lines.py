"""Bank lines as they come on bad days, with the truth about each: whose money it is, and for which invoices.

All of it is made from one seed: the same lines for the same seed, for ever. A case is a way to pay, and what goes wrong with it;
what is decidable at all is decidable from the line, the book and what the payer did before.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from random import Random
from typing import Final

from receivables.core.money import Money
from receivables.ledger import OpenReceivable
from receivables.matching.candidates import Line
from receivables.matching.names import one_apart
from receivables.matching.payers import account_key
from receivables.matching.ports import Habit
from receivables.matching.references import printed, reference_of

TODAY: Final = date(2026, 3, 2)
PRICES: Final = (4_900, 9_900, 19_900, 49_900, 120_000)
"""What many customers pay for the same thing."""

_FIRST: Final = "Anna Jürgen Zoë Björn Łukasz Åsa Giulia Mehmet Søren Chloé Dmitri Eleni Hans Ingrid José Katja Lars Márta".split()
_LAST: Final = (
    "Müller Schäfer Weiß Østergaard Dvořák Nowak García Papadopoulos Ivanova Lindström Nagy Rossi Öztürk Kowalczyk Bauer "
    "Fischer Hofmann Jørgensen Silva Moreau"
).split()
_TRADES: Final = (
    "Bäckerei Schreinerei Logistik Metallbau Verlag Apotheke Elektro Gartenbau Druckerei Weingut Optik Spedition Brauerei "
    "Software Keramik Textil Maschinen Immobilien Reisen Catering"
).split()
_FORMS: Final = ("GmbH", "AG", "KG", "GmbH & Co. KG", "Ltd", "S.r.l.", "B.V.", "Oy", "e.K.")
_ASCII: Final = str.maketrans({"ä": "ae", "ö": "oe", "ü": "ue", "ß": "ss", "Ä": "Ae", "Ö": "Oe", "Ü": "Ue"})
_BARE: Final = str.maketrans("äöüÄÖÜéèóářŁłåÅøØžýëç", "aouAOUeeoarLlaAoOzyec", "")
_CYRILLIC: Final = str.maketrans(
    dict(zip("abdefgiklmnoprstuvz", "абдефгиклмнопрстувз", strict=True))
    | dict(zip("ABDEFGIKLMNOPRSTUVZ", "АБДЕФГИКЛМНОПРСТУВЗ", strict=True))
)
_CHATTER: Final = (
    "",
    "Danke",
    "Vielen Dank",
    "payment",
    "Zahlung",
    "as agreed",
    "Überweisung",
    "SEPA",
    "thank you!",
)


@dataclass(frozen=True, slots=True)
class Payer:
    """A customer, as the bank shows them."""

    account_id: str
    name: str
    iban: str
    known: bool


@dataclass(frozen=True, slots=True)
class Truth:
    """What a line is: of which kind, whose (None: nobody's that we collect from), and what of theirs it pays. `first`: it pays
    that if the money that came first for it still waits; which of the two is the second is all the same then."""

    kind: str
    account_id: str | None
    numbers: frozenset[str] = frozenset()
    first: frozenset[str] = frozenset()


@dataclass
class World:
    """Customers, what they owe, what they did before, and the lines of their bank."""

    payers: list[Payer] = field(default_factory=list)
    receivables: dict[str, OpenReceivable] = field(default_factory=dict)
    habits: dict[str, Habit] = field(default_factory=dict)
    names: dict[str, str] = field(default_factory=dict)
    settled: dict[str, OpenReceivable] = field(default_factory=dict)
    lines: list[tuple[Line, Truth]] = field(default_factory=list)


def world(seed: int = 20261122, lines: int = 5_000) -> World:
    """So many lines, and customers enough for them."""
    return _Maker(Random(seed), lines).world


class _Maker:
    def __init__(self, random: Random, lines: int) -> None:
        self.random, self.world = random, World()
        self._series = {"INV": 10_000, "digits": 20260_000, "short": 1_000}
        self._left: dict[str, list[str]] = {}
        for number in range(max(60, lines // 3)):
            self._customer(number)
        kinds = [kind for kind, weight, _ in KINDS for _ in range(weight)]
        make = {kind: maker for kind, _, maker in KINDS}
        while len(self.world.lines) < lines:
            kind = random.choice(kinds)
            made = make[kind](self)
            if made is not None:
                line, account, numbers, *first = made
                truth = Truth(kind, account, numbers, *first)
                self.world.lines.append((replace(line, key=f"bank/main/{len(self.world.lines)}"), truth))

    # The book.

    def _customer(self, number: int) -> None:
        random = self.random
        currency = "USD" if number % 23 == 0 else "EUR"
        account = f"C-{number:05d}.{currency}"
        person = random.random() < 0.3
        first, last = random.choice(_FIRST), random.choice(_LAST)
        trade = f"{random.choice(_TRADES)} {last}{random.choice(['', ' ' + random.choice(_LAST)])}"
        name = f"{first} {last}" if person else f"{trade} {random.choice(_FORMS)}"
        iban = f"DE{random.randrange(10, 99)}{random.randrange(10**17, 10**18)}"
        self.world.payers.append(Payer(account, name, iban, random.random() < 0.7))
        self.world.names[account.partition(".")[0]] = name
        self._left[account] = []
        for _ in range(random.choice([2, 3, 4, 5, 6, 8, 12])):
            self._invoice(account, currency)
        if self.world.payers[-1].known:
            key = account_key(iban) or ""
            self.world.habits[key] = Habit(key, {account: random.randrange(2, 9)})

    def _invoice(self, account: str, currency: str) -> None:
        random = self.random
        series = random.choices(
            ["INV", "digits", "short"], [8, 2, 1 if self._series["short"] < 9_900 else 0]
        )[0]
        self._series[series] += 1
        at = self._series[series]
        number = f"INV-2026-{at:06d}" if series == "INV" else str(at)
        minor = random.choice(PRICES) if random.random() < 0.35 else random.randrange(1_500, 900_000)
        amount = Money(minor, currency)
        issued = TODAY - timedelta(days=random.randrange(0, 90))
        offers: tuple[tuple[date, Money], ...] = ()
        if random.random() < 0.25:
            offers = ((issued + timedelta(days=30), Money(minor - minor * 2 // 100, currency)),)
        self.world.receivables[number] = OpenReceivable(
            number, account, amount, amount, issued, issued + timedelta(days=30), offers=offers
        )
        self._left[account].append(number)

    # What lines are made of.

    def payer(self, *, known: bool | None = None, least: int = 1) -> Payer | None:
        """Somebody with so many invoices that no line has paid yet."""
        for _ in range(60):
            each = self.random.choice(self.world.payers)
            if (known is None or each.known == known) and len(self._left[each.account_id]) >= least:
                return each
        return None

    def take(
        self, payer: Payer, count: int = 1, fits: Callable[[OpenReceivable], bool] | None = None
    ) -> list[OpenReceivable]:
        """So many of their invoices, which no other line pays; none, when there are not enough."""
        left = [
            each
            for each in self._left[payer.account_id]
            if fits is None or fits(self.world.receivables[each])
        ]
        if len(left) < count:
            return []
        chosen = self.random.sample(left, count)
        self._left[payer.account_id] = [each for each in self._left[payer.account_id] if each not in chosen]
        return [self.world.receivables[each] for each in sorted(chosen)]

    def line(self, of: Payer, minor: int, *texts: str, **changes: object) -> Line:
        line = Line(
            "",
            Money(minor, of.account_id.rpartition(".")[2]),
            TODAY,
            payer=self.shown(of.name),
            account=of.iban,
            texts=tuple(text for text in texts if text),
        )
        return replace(line, **changes)  # type: ignore[arg-type]

    def shown(self, name: str) -> str:
        """A name as banks show it: without umlauts, in capitals, cut off, turned round, in another script, of a third party."""
        turn = self.random.randrange(24)
        if turn < 4:
            return name.translate(_ASCII).upper()
        if turn < 6:
            return name.translate(_BARE)
        if turn == 6:
            return name[:22]
        if turn == 7:
            return " ".join(reversed(name.split()))
        if turn == 8:
            return name.translate(_BARE).translate(_CYRILLIC)
        if turn == 9:
            return self.random.choice(
                ["株式会社 山田商事", "شركة النور", "ООО Северный ветер", "Holding 7 Treasury"]
            )
        return name

    def written(self, number: str) -> str:
        """A number as people write it."""
        prefix, _, rest = number.partition("-")
        if not rest:
            word = self.random.choice(["Rechnung ", "RE ", "Invoice no. ", "Rg.Nr. ", "INV", "Re-Nr: "])
            return word + number
        year, _, serial = rest.partition("-")
        return self.random.choice(
            [
                number,
                number.lower(),
                f"{prefix}{year}{serial}",
                f"{prefix} {year} {serial}",
                f"{prefix}-{year}-{int(serial)}",
                f"{prefix}/{year}/{serial}",
                f"{prefix}-{year}-{serial[:3]}\n{serial[3:]}",
                f"Rechnung {year}-{serial}",
                f"RE {year}{serial}",
                f"{self.chatter()} {number} {self.chatter()}",
            ]
        )

    def chatter(self) -> str:
        return self.random.choice(_CHATTER)

    def swapped(self, number: str) -> str | None:
        """A number with two neighbours swapped."""
        places = [at for at in range(len(number) - 1) if number[at].isdigit() and number[at + 1].isdigit()]
        places = [at for at in places if number[at] != number[at + 1]]
        if not places:
            return None
        at = self.random.choice(places)
        return number[:at] + number[at + 1] + number[at] + number[at + 2 :]

    def mistyped(self, number: str) -> str:
        """A number with one digit wrong, missing or doubled."""
        at = self.random.choice([place for place, each in enumerate(number) if each.isdigit()])
        how = self.random.randrange(3)
        if how == 0:
            return number[:at] + str((int(number[at]) + self.random.randrange(1, 10)) % 10) + number[at + 1 :]
        return number[:at] + number[at + 1 :] if how == 1 else number[:at] + number[at] + number[at:]


Made = tuple[Line, str | None, frozenset[str]] | tuple[Line, str | None, frozenset[str], frozenset[str]]


def _of(payer: Payer, items: list[OpenReceivable], line: Line) -> Made:
    return line, payer.account_id, frozenset(item.number for item in items)


def _one(maker: _Maker, **how: bool) -> tuple[Payer, OpenReceivable] | None:
    payer = maker.payer(known=how.get("known"))
    items = maker.take(payer) if payer else []
    return (payer, items[0]) if payer and items else None


def _numbered(maker: _Maker) -> Made | None:
    if (one := _one(maker)) is None:
        return None
    payer, item = one
    return _of(payer, [item], maker.line(payer, item.balance.minor, maker.written(item.number)))


def _structured(maker: _Maker) -> Made | None:
    if (one := _one(maker)) is None:
        return None
    payer, item = one
    reference = reference_of(item.number) or ""
    if maker.random.random() < 0.3:
        return _of(
            payer, [item], maker.line(payer, item.balance.minor, f"{maker.chatter()} {printed(reference)}")
        )
    line = maker.line(payer, item.balance.minor, maker.chatter(), structured=reference)
    return _of(payer, [item], line)


def _several(maker: _Maker) -> Made | None:
    payer = maker.payer(least=4)
    items = maker.take(payer, maker.random.randrange(2, 5)) if payer else []
    if payer is None or not items:
        return None
    text = maker.random.choice([", ", " + ", "\n", " und "]).join(
        maker.written(item.number) for item in items
    )
    return _of(payer, items, maker.line(payer, sum(item.balance.minor for item in items), text))


def _typed_wrongly(maker: _Maker) -> Made | None:
    if (one := _one(maker)) is None:
        return None
    payer, item = one
    wrong = maker.mistyped(item.number) if maker.random.random() < 0.5 else maker.swapped(item.number)
    if wrong is None:
        return None
    other = maker.world.receivables.get(wrong)
    if other and (other.account_id, other.balance) == (payer.account_id, item.balance):
        return None  # nobody could tell: it is what the payer wrote, and costs as much
    return _of(payer, [item], maker.line(payer, item.balance.minor, f"{maker.chatter()} {wrong}"))


def _number_of_another(maker: _Maker) -> Made | None:
    """Two digits swapped, and it is the number of somebody else, who owes the same."""
    payer = maker.payer(known=True)
    items = maker.take(payer, 1, lambda item: item.balance.minor in PRICES) if payer else []
    if payer is None or not items:
        return None
    same = [
        other
        for other in maker.world.receivables.values()
        if other.balance == items[0].balance and other.account_id != payer.account_id
    ]
    wrong = maker.random.choice(same).number
    return _of(payer, items, maker.line(payer, items[0].balance.minor, maker.written(wrong)))


def _with_number_of_another(maker: _Maker) -> Made | None:
    if (one := _one(maker)) is None:
        return None
    payer, item = one
    other = maker.random.choice(list(maker.world.receivables))
    text = maker.random.choice(
        ["{0} not {1}", "{1} was paid before, this is {0}", "our order {1}, your {0}", "Kundennr. {1} {0}"]
    ).format(item.number, other)
    return _of(payer, [item], maker.line(payer, item.balance.minor, text))


def _part(maker: _Maker) -> Made | None:
    if (one := _one(maker, known=True)) is None:
        return None
    payer, item = one
    minor = item.balance.minor * maker.random.randrange(20, 70) // 100
    return _of(payer, [item], maker.line(payer, minor, f"part payment {item.number}"))


def _too_much(maker: _Maker) -> Made | None:
    if (one := _one(maker, known=True)) is None:
        return None
    payer, item = one
    minor = item.balance.minor * maker.random.randrange(110, 130) // 100 + 1
    return _of(payer, [item], maker.line(payer, minor, item.number))


def _discounted(maker: _Maker, *, late: bool = False) -> Made | None:
    payer = maker.payer()
    items = (
        maker.take(payer, 1, lambda item: any((until < TODAY) is late for until, _ in item.offers))
        if payer
        else []
    )
    if payer is None or not items:
        return None
    text = f"{maker.written(items[0].number)} abzgl. 2% Skonto"
    return _of(payer, items, maker.line(payer, items[0].offers[0][1].minor, text))


def _discounted_late(maker: _Maker) -> Made | None:
    return _discounted(maker, late=True)


def _range(maker: _Maker) -> Made | None:
    """From one number to another, with those between; or one number, and the endings of the others."""
    payer = maker.payer(least=3)
    if payer is None:
        return None
    left = sorted(each for each in maker._left[payer.account_id] if each.startswith("INV"))
    if len(left) < 3 or int(left[-1][-6:]) - int(left[0][-6:]) != len(left) - 1:
        return None
    items = maker.take(payer, len(left), lambda item: item.number in left)
    text = maker.random.choice(
        [
            f"{left[0]} - {left[-1]}",
            f"{left[0]} bis {left[-1]}",
            left[0] + "".join(f"/{each[-3:]}" for each in left[1:]),
        ]
    )
    return _of(payer, items, maker.line(payer, sum(item.balance.minor for item in items), text))


def _of_two(maker: _Maker) -> Made | None:
    """One transfer for two customers: no account may have all of it."""
    one, other = maker.payer(), maker.payer()
    if one is None or other is None or one.account_id[-3:] != other.account_id[-3:] or one == other:
        return None
    items = [*maker.take(one), *maker.take(other)]
    total = sum(item.balance.minor for item in items)
    line = maker.line(one, total, ", ".join(item.number for item in items))
    return line, "two customers", frozenset()


def _is(number: str) -> Callable[[OpenReceivable], bool]:
    return lambda item: item.number == number


def _swapped_by_a_stranger(maker: _Maker) -> Made | None:
    """Somebody nobody knows pays for a customer, with a slip that makes it the number of another who owes the same."""
    receivables = maker.world.receivables
    for _ in range(200):
        payer = maker.payer()
        left = maker._left[payer.account_id] if payer else []
        wrong = maker.swapped(maker.random.choice(left)) if left else None
        if payer and wrong in receivables and receivables[wrong].account_id != payer.account_id:
            right = next(each for each in left if sorted(each) == sorted(wrong) and one_apart(each, wrong))
            items = maker.take(payer, 1, _is(right))
            line = maker.line(
                payer, items[0].balance.minor, wrong, payer="שירותי תשלום", account="GB00STRANGER"
            )
            return _of(payer, items, line)
    return None


def _fee(maker: _Maker) -> Made | None:
    payer = maker.payer()
    items = maker.take(payer, 1, lambda item: item.balance.minor > 50_000) if payer else []
    if payer is None or not items:
        return None
    fee = maker.random.choice([500, 750, 1_200, 1_500, 2_500])
    told = maker.random.random() < 0.5
    line = maker.line(payer, items[0].balance.minor - fee, items[0].number, charges=fee if told else 0)
    return _of(payer, items, line)


def _nameless(maker: _Maker) -> Made | None:
    """A known payer with nothing but the amount, which only one of its invoices has."""
    payer = maker.payer(known=True)
    items = maker.take(payer) if payer else []
    if payer is None or not items:
        return None
    owed = [each for each in maker.world.receivables.values() if each.account_id == payer.account_id]
    if sum(each.balance == items[0].balance for each in owed) > 1:
        return None
    return _of(payer, items, maker.line(payer, items[0].balance.minor, maker.chatter()))


def _some_of_them(maker: _Maker) -> Made | None:
    """A known payer pays some invoices in one sum, and says nothing."""
    payer = maker.payer(known=True, least=3)
    if payer is None or len(maker._left[payer.account_id]) > 6:
        return None
    items = maker.take(payer, 2)
    if not items or any(item.balance.minor in PRICES for item in items):
        return None
    return _of(payer, items, maker.line(payer, sum(item.balance.minor for item in items), maker.chatter()))


def _twice(maker: _Maker) -> Made | None:
    """Paid again, with the same words: the first was placed before."""
    paid = [
        (line, truth)
        for line, truth in maker.world.lines[-400:]
        if truth.kind == "number" and truth.numbers and "\n" not in "".join(line.texts)
    ]
    if not paid:
        return None
    line, truth = maker.random.choice(paid)
    return line, truth.account_id, frozenset(), truth.numbers


def _other_currency(maker: _Maker) -> Made | None:
    if (one := _one(maker)) is None:
        return None
    payer, item = one
    other = "USD" if item.balance.currency == "EUR" else "EUR"
    line = maker.line(payer, item.balance.minor, item.number, amount=Money(item.balance.minor, other))
    return line, payer.account_id, frozenset()


def _says_nothing(maker: _Maker) -> Made | None:
    """Somebody pays a sum that fits nothing, from an account that is not known, and says nothing."""
    payer = maker.payer(known=False)
    if payer is None:
        return None
    line = maker.line(payer, maker.random.randrange(1_000, 90_000), maker.chatter(), payer="")
    return line, payer.account_id, frozenset()


def _noise(maker: _Maker) -> Made:
    """Money that nobody of ours has sent: it may cost what an invoice costs, and bear digits that look like one."""
    random = maker.random
    who, text = random.choice(
        [
            ("Finanzamt Mitte", f"Erstattung USt {random.randrange(10**9, 10**10)}"),
            (
                "Bundesagentur",
                f"Lohn Gehalt {random.randrange(1, 12):02d}/2026 Personalnr {random.randrange(1_000, 9_999)}",
            ),
            ("Payroll Services Ltd", f"SALARY MARCH 2026 REF {random.randrange(10**5, 10**6)}"),
            ("Stadtwerke Nord", f"Gutschrift Vertrag {random.randrange(10**7, 10**8)}"),
            (
                "Versicherung AG",
                f"Schaden {random.randrange(10_000, 99_999)} Auftrag {random.randrange(1_000, 9_999)}",
            ),
            ("Office Supplies Inc", f"refund order PO-2026-{random.randrange(10_000, 14_000):06d}"),
            ("", "Zinsen Q1 2026"),
            ("Kaution Müller", "Rückzahlung Kaution"),
        ]
    )
    minor = random.choice(PRICES) if random.random() < 0.3 else random.randrange(1_000, 500_000)
    iban = f"FR{random.randrange(10**18, 10**19)}"
    return Line("", Money(minor, "EUR"), TODAY, payer=who, account=iban, texts=(text,)), None, frozenset()


def _payout(maker: _Maker) -> Made:
    random = maker.random
    who = random.choice(["STRIPE PAYMENTS EUROPE", "Adyen N.V.", "PayPal Europe S.a.r.l.", "Mollie B.V."])
    text = f"PAYOUT {random.randrange(10**8, 10**9)} {random.choice(['STRIPE', 'BATCH 2026-03-01'])}"
    line = Line(
        "",
        Money(random.randrange(10_000, 2_000_000), "EUR"),
        TODAY,
        payer=who,
        account="IE00PAYOUT",
        texts=(text,),
    )
    return line, None, frozenset()


KINDS: Final[tuple[tuple[str, int, Callable[[_Maker], Made | None]], ...]] = (
    ("number", 330, _numbered),
    ("structured reference", 110, _structured),
    ("several numbers", 70, _several),
    ("mistyped or swapped", 60, _typed_wrongly),
    ("the number of another", 4, _number_of_another),
    ("number of another beside", 30, _with_number_of_another),
    ("part", 40, _part),
    ("too much", 12, _too_much),
    ("discount", 60, _discounted),
    ("discount too late", 25, _discounted_late),
    ("range of numbers", 15, _range),
    ("bank fee", 35, _fee),
    ("amount only, known payer", 60, _nameless),
    ("sum of some, known payer", 40, _some_of_them),
    ("paid twice", 15, _twice),
    ("other currency", 6, _other_currency),
    ("two customers", 3, _of_two),
    ("swapped by a stranger", 2, _swapped_by_a_stranger),
    ("says nothing", 6, _says_nothing),
    ("nobody's", 60, _noise),
    ("payout", 20, _payout),
)
"""Every case with its weight, and how it is made."""

NOBODYS: Final = frozenset({"nobody's", "payout"})
"""Kinds of lines that belong to nobody of whom we collect."""
