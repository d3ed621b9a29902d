"""What makes MiniStack 1.5.33 behave as AWS does, where our stack would notice the difference.

Each adaptation is one function: its docstring says how AWS behaves and what the engine does instead. For each there
is a probe in tests/integration/test_engine_adaptations.py that passes with it and fails without it; when the probe
passes on the plain engine too, that test says so and the adaptation can go. `speed` changes no behaviour. Nothing here changes what the handlers
or the template see of AWS's interface.
"""

from collections.abc import Callable

from receivables_local.adaptations import access, gateway, mail, schedule, speed, streams, worker, workflow

ADAPTATIONS: dict[str, Callable[[], None]] = {
    "handler errors keep their type and their worker": worker.keep_error_type_and_worker,
    "logs of an invocation end when it ends": worker.end_logs_with_the_invocation,
    "a layer is unpacked once": worker.unpack_layers_once,
    "stream batches are retried from the failed record": streams.retry_from_the_failed_record,
    "work in a queue is taken up at once": streams.take_up_work_at_once,
    "numbers of a mapping may come from parameters": streams.read_numbers_from_parameters,
    "a task that fails before its callback fails": workflow.fail_a_task_that_fails_before_its_callback,
    "a schedule hands over its time": schedule.hand_over_the_scheduled_time,
    "mock integrations and binary types of an API definition": gateway.import_mocks_and_binary_types,
    "a batch of messages needs the permission of one": access.authorise_batches_as_single_messages,
    "loopback counts as an encrypted connection": access.count_loopback_as_encrypted,
    "sending e-mail is authorised on the identity": mail.authorise_sending_on_the_identity,
    "sent e-mail is listed with its tags": mail.list_tags_of_sent_mail,
}


def apply_all() -> None:
    """Apply every adaptation to the imported engine, before it serves."""
    for adapt in ADAPTATIONS.values():
        adapt()
    speed.read_expressions_once()
    speed.read_policies_once()
    access.note_what_is_used()
