"""Hearing: what a message of the inbox tells, asked of the processor where it only says that something has changed."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, TypeAlias

from receivables.core.errors import Conflict, DependencyFailed, NotFound
from receivables.payments.events import EventType, MoneyEvent, Uninterpretable
from receivables.payments.inbox import Form, InboxMessage
from receivables.payments.stored import load_events

if TYPE_CHECKING:
    from receivables.payments.events import Fetch, Heard, Told
    from receivables.payments.processors import ProcessorApi, Webhooks

Readers: TypeAlias = Callable[[str], "Webhooks | None"]
"""How the webhooks of a processor are read, by its name."""

Apis: TypeAlias = Callable[[str, str], "ProcessorApi"]
"""The API of a processor with the credentials of an endpoint, by their names. Raises NotFound where there is none."""


@dataclass(frozen=True, slots=True)
class Unfit:
    """An event that is understood, and must not be applied: `reason` quotes nothing of it."""

    event: MoneyEvent
    reason: str


class Unanswered(DependencyFailed):
    """A processor was asked, or cannot be asked, and did not answer: nobody else's money waits for that."""


class HearMoney:
    """Reads messages. Raises Uninterpretable when nothing of one can be read."""

    def __init__(self, readers: Readers, apis: Apis) -> None:
        self._readers, self._apis = readers, apis

    def __call__(self, message: InboxMessage) -> Heard:
        """All that the message tells, in its order, as it stands there."""
        if message.form is Form.EVENTS:
            return load_events(message.body)
        reader = self._readers(message.processor)
        if reader is None:
            raise Uninterpretable("the processor is no longer known")
        return reader.interpret(message.body, message.headers)

    def in_full(self, message: InboxMessage, told: Told | Unfit) -> Iterator[Told | Unfit]:
        """The event itself, or what the processor answers when it is asked; what is of the other mode (a rehearsal, real money)
        than the endpoint is unfit. Raises Unanswered when it cannot be asked: that is worth another try, later."""
        for each in self._answered(message, told):
            if isinstance(each, MoneyEvent) and each.livemode not in {None, message.livemode}:
                yield Unfit(each, _other_mode(message))
            else:
                yield each

    def _answered(self, message: InboxMessage, told: Told | Unfit) -> Iterator[Told | Unfit]:
        if not isinstance(told, MoneyEvent) or told.fetch is None:
            yield told
            return
        api = self._api(message)
        if api is not None:
            # Asked once: what is still not told then is not to be known.
            for each in _asked(api, told, told.fetch):
                yield replace(each, fetch=None) if isinstance(each, MoneyEvent) else each
        elif told.type is EventType.PAYOUT and told.amount is not None:
            yield replace(told, fetch=None)  # only its fees would have been asked for
        else:
            # By what is configured: that can be put right, and then it is asked.
            raise Unanswered("the processor cannot be asked: there are no credentials")

    def _api(self, message: InboxMessage) -> ProcessorApi | None:
        try:
            return self._apis(message.processor, message.endpoint)
        except NotFound:
            return None
        except DependencyFailed as error:
            raise Unanswered(f"the processor cannot be asked: {error}") from error


def _asked(api: ProcessorApi, told: MoneyEvent, need: Fetch) -> Sequence[Told | Unfit]:
    try:
        return api.fetch(need, told)
    except Uninterpretable as error:
        return (Unfit(told, str(error)),)
    except NotFound:
        return (Unfit(told, f"the processor does not know this {need.kind}"),)
    except Conflict:
        return (Unfit(told, f"the processor refuses to tell of this {need.kind}"),)
    except DependencyFailed as error:
        raise Unanswered(f"the processor does not answer: {error}") from error


def _other_mode(message: InboxMessage) -> str:
    if message.livemode:
        return "a rehearsal at an endpoint for real money"
    return "real money at an endpoint for rehearsals"
