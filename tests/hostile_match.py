"""The hostile lines, matched one after the other as a run does: what is placed leaves the book, and payers' habits are learned."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from receivables.core.money import Money
from receivables.ledger import OpenReceivable
from receivables.matching.book import Book
from receivables.matching.candidates import Apply, Candidate, Decision, Fit, Line, Propose, Told
from receivables.matching.confidence import settles
from receivables.matching.decide import Facts, decide
from receivables.matching.payers import learned, payer_keys
from tests.hostile_lines import NOBODYS, Truth, World


@dataclass
class Score:
    """What became of the lines of each kind, and every line that was placed wrongly."""

    kinds: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    wrong: list[tuple[Line, Truth, Candidate]] = field(default_factory=list)

    @property
    def somebodys(self) -> int:
        """Lines that belong to somebody, whether or not it can be told to whom."""
        return sum(sum(found.values()) for kind, found in self.kinds.items() if kind not in NOBODYS)

    @property
    def placed(self) -> int:
        return sum(found["placed"] for found in self.kinds.values())

    def table(self) -> str:
        """What became of each kind, and of all."""
        columns = ("placed", "wrong", "proposed", "unknown")
        rows = [f"{'kind of line':28}" + "".join(f"{each:>10}" for each in columns)]
        rows += [
            f"{kind:28}" + "".join(f"{self.kinds[kind][each]:>10}" for each in columns)
            for kind in sorted(self.kinds)
        ]
        share = 100 * self.placed / self.somebodys
        rows.append(
            f"{self.placed} of {self.somebodys} lines of somebody placed ({share:.2f} %), {len(self.wrong)} wrongly"
        )
        return "\n".join(rows)


def match(world: World, auto_apply: int = 90, progress: Callable[[int], None] = lambda _: None) -> Score:
    """Match all lines of a world."""
    book, habits = Book(world.receivables.values(), world.names), dict(world.habits)
    settled: dict[str, OpenReceivable] = {}
    facts = Facts(book, habits, settled.get)
    score = Score()
    for at, (line, truth) in enumerate(world.lines):
        decision = decide(line, facts, auto_apply)
        score.kinds[truth.kind][_verdict(decision, truth, book)] += 1
        if isinstance(decision, Apply):
            best = decision.candidate
            if _verdict(decision, truth, book) == "wrong":
                score.wrong.append((line, truth, best))
            if best.told in {Told.STRUCTURED, Told.NUMBER, Told.DIGITS} and settles(best.fit):
                for payer in payer_keys(line):
                    habits[payer] = (
                        learned(habits.get(payer), payer, best.account_id, by_person=False) or habits[payer]
                    )
            _settle(best, line, book, settled)
        progress(at + 1)
    return score


def _verdict(decision: Decision, truth: Truth, book: Book) -> str:
    if isinstance(decision, Apply):
        best = decision.candidate
        paid = frozenset(number for number in best.numbers if book.get(number))
        right = best.account_id == truth.account_id and (
            paid == truth.numbers or paid == (truth.first or None)
        )
        return "placed" if right else "wrong"
    return "proposed" if isinstance(decision, Propose) else "unknown"


def _settle(best: Candidate, line: Line, book: Book, settled: dict[str, OpenReceivable]) -> None:
    for number in best.numbers:
        item = book.get(number)
        if item is None:
            continue
        part = best.fit is Fit.PART and len(best.parts) == 1
        left = item.balance - line.amount if part else Money.zero(item.balance.currency)
        after = replace(item, balance=left, offers=())
        book.put(after)
        if not left:
            settled[number] = after
