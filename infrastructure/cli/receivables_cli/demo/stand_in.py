"""Stands in for a processor that the stack calls: Stripe's API, as far as the story needs it, on the loopback interface.

It knows the payments of the story, also those whose webhooks were lost; what it kept of a payout; and it makes pages to pay on.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Final
from urllib.parse import parse_qs, parse_qsl, urlsplit

from receivables.core.money import Money
from receivables_cli.demo import documents as tell
from receivables_cli.demo.money_in import link_intent
from receivables_cli.demo.story import PayoutSent, Story

KEY: Final = "rk_live_demo"
_NOT_FOUND: Final = (404, {"error": {"message": "No such thing"}})
Answer = tuple[int, Mapping[str, Any]]


class StandIn:
    """What the processor has: events, payouts, and the pages it has made, by their ids."""

    def __init__(self, story: Story) -> None:
        self.url = ""
        self._events = list(_events(story))
        self._payouts = {payout.id: payout for payout in story.payouts}
        self._sessions: dict[str, dict[str, Any]] = {}
        self._lock = threading.Lock()

    def get(self, path: Sequence[str], query: Mapping[str, Sequence[str]]) -> Answer:
        """What is asked for by GET."""
        match path:
            case ["events"]:
                events = sorted(self._events, key=lambda event: (event["created"], event["id"]), reverse=True)
                return 200, _page(events, query)
            case ["payouts"]:
                payouts = [_payout(payout) for payout in self._payouts.values()]
                return 200, _page(payouts, query, "arrival_date")
            case ["payouts", known] if known in self._payouts:
                return 200, _payout(self._payouts[known])
            case ["balance_transactions"]:
                return 200, _transactions(self._payouts[query["payout"][0]])
            case ["checkout", "sessions", known] if known in self._sessions:
                return 200, self._sessions[known]
        return _NOT_FOUND

    def post(self, path: Sequence[str], form: Mapping[str, str]) -> Answer:
        """What is ordered by POST."""
        match path:
            case ["checkout", "sessions"]:
                return 200, self._made(form)
            case ["checkout", "sessions", known, "expire"] if known in self._sessions:
                return self._ended(self._sessions[known])
        return _NOT_FOUND

    def pay(self, url: str, at: datetime) -> Sequence[Mapping[str, Any]]:
        """A payer pays on a page: what is told of it."""
        session = self._sessions[url.rpartition("/")[2]]
        session |= {"status": "complete", "payment_status": "paid"}
        amount = Money(session["amount_total"], session["currency"].upper())
        charge = tell.stripe_charge(session["payment_intent"], amount, session["metadata"]["invoice"])
        paid = tell.stripe_event("charge.succeeded", at, charge)
        self._events.append(paid)
        return tell.stripe_event("checkout.session.completed", at, session), paid

    def _made(self, form: Mapping[str, str]) -> Mapping[str, Any]:
        invoice, item = form["metadata[invoice]"], "line_items[0][price_data]"
        with self._lock:
            session_id = f"cs_live_demo{len(self._sessions) + 1:04d}"
            self._sessions[session_id] = {
                "id": session_id,
                "object": "checkout.session",
                "url": f"{self.url}/pay/{session_id}",
                "expires_at": int(form["expires_at"]),
                "amount_total": int(form[f"{item}[unit_amount]"]),
                "currency": form[f"{item}[currency]"],
                "mode": "payment",
                "payment_intent": link_intent(invoice),
                "payment_status": "unpaid",
                "status": "open",
                "metadata": {"invoice": invoice},
            }
        return self._sessions[session_id]

    def _ended(self, session: dict[str, Any]) -> Answer:
        if session["status"] != "open":
            return 400, {"error": {"message": "Only open sessions can be expired"}}
        session["status"] = "expired"
        return 200, session


@contextmanager
def standing_in(story: Story) -> Iterator[StandIn]:
    """The processor, for as long as the story is played."""
    stand_in = StandIn(story)

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            parts = urlsplit(self.path)
            self._answer(lambda path: stand_in.get(path, parse_qs(parts.query)))

        def do_POST(self) -> None:
            length = int(self.headers.get("content-length", 0))
            form = dict(parse_qsl(self.rfile.read(length).decode()))
            self._answer(lambda path: stand_in.post(path, form))

        def _answer(self, ask: Any) -> None:
            path = urlsplit(self.path).path.strip("/").split("/")
            known = self.headers.get("authorization") == f"Bearer {KEY}"
            status, document = ask(path[1:]) if known else (401, {"error": {"message": "Invalid API key"}})
            body = json.dumps(document).encode()
            self.send_response(status)
            self.send_header("content-type", "application/json")
            self.send_header("content-length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: Any) -> None:
            """Nobody reads it."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stand_in.url = f"http://127.0.0.1:{server.server_address[1]}"
    thread = threading.Thread(target=server.serve_forever, name="processor's API", daemon=True)
    thread.start()
    try:
        yield stand_in
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _events(story: Story) -> Iterator[Mapping[str, Any]]:
    """All that happened there: what was told, what was lost, and the charges of what receipts and pages tell of."""
    yield from (message.document for message in story.messages if message.processor == "stripe")
    for receipt in story.receipts:
        if receipt.processor == "stripe":
            charge = tell.stripe_charge(tell.intent_of(receipt), receipt.amount, receipt.reference)
            yield tell.stripe_event("charge.succeeded", receipt.at, charge)


def _page(found: Sequence[Mapping[str, Any]], query: Mapping[str, Sequence[str]], by: str = "created") -> Any:
    """As Stripe lists: the newest first, within the time and of the types that are asked for."""
    since, until = int(query[f"{by}[gte]"][0]), int(query[f"{by}[lt]"][0])
    types, limit = query.get("types[]"), int(query["limit"][0])
    wanted = [
        each for each in found if since <= each[by] < until and (types is None or each.get("type") in types)
    ]
    names = [each["id"] for each in wanted]
    after = names.index(query["starting_after"][0]) + 1 if "starting_after" in query else 0
    return {"object": "list", "data": wanted[after : after + limit], "has_more": len(wanted) > after + limit}


def _payout(payout: PayoutSent) -> Mapping[str, Any]:
    return tell.stripe_payout(payout.id, payout.amount, payout.at)


def _transactions(payout: PayoutSent) -> Mapping[str, Any]:
    entries = [
        {
            "id": f"txn_{payment.removeprefix('pi_')}",
            "type": "charge",
            "amount": tell.stripe_units(amount),
            "fee": tell.stripe_units(fee),
            "net": tell.stripe_units(amount - fee),
            "currency": amount.currency.lower(),
        }
        for payment, amount, fee in payout.parts
    ]
    return {"object": "list", "data": entries, "has_more": False}
