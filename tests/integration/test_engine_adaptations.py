"""For each adaptation of the engine, a probe of what AWS does: true with it, false on the engine as it comes."""

import io
import json
import time
import urllib.request
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import boto3
import pytest
from botocore.exceptions import ClientError

from receivables_local.adaptations import ADAPTATIONS
from receivables_local.engine import ACCOUNT, REGION, Engine
from receivables_local.mailbox import mailbox

pytestmark = [pytest.mark.engine, pytest.mark.slow]

HANDLER = """
import os, pathlib, tempfile
# A file, for two workers may take turns.
SEEN = pathlib.Path(tempfile.gettempdir()) / "seen"
class Refused(Exception): pass
def handler(event, context):
    if event.get("ask") == "seen":
        return SEEN.read_text().split() if SEEN.exists() else []
    if event.get("ask") == "process":
        return os.getpid()
    if event.get("ask") == "layer":
        import marker
        return os.path.realpath(marker.__file__)
    if "Records" in event and "dynamodb" in event["Records"][0]:
        ids = [(r["dynamodb"]["Keys"]["id"]["S"], r["dynamodb"]["SequenceNumber"]) for r in event["Records"]]
        known = SEEN.exists()
        with SEEN.open("a") as file:
            file.writelines(name + chr(10) for name, _ in ids)
        failed = [number for name, number in ids if name == "2" and not known]
        return {"batchItemFailures": [{"itemIdentifier": number} for number in failed]}
    if "Records" not in event:
        raise Refused("not this one")
"""


@dataclass
class Workshop:
    """Makes what the probes need on one engine, without a stack."""

    engine: Engine

    @cached_property
    def function(self) -> str:
        return self.make_function("probe")

    @cached_property
    def role(self) -> str:
        trust = {
            "Effect": "Allow",
            "Principal": {"Service": "lambda.amazonaws.com"},
            "Action": "sts:AssumeRole",
        }
        made = self.engine.client("iam").create_role(
            RoleName="probe",
            AssumeRolePolicyDocument=json.dumps({"Version": "2012-10-17", "Statement": [trust]}),
        )
        return str(made["Role"]["Arn"])

    def make_function(self, name: str, **more: Any) -> str:
        self.engine.client("lambda").create_function(
            FunctionName=name,
            Role=self.role,
            Runtime="python3.13",
            Handler="app.handler",
            Timeout=10,
            Code={"ZipFile": packed({"app.py": HANDLER})},
            **more,
        )
        return name

    def ask(self, function: str, event: object) -> Any:
        answer = self.engine.client("lambda").invoke(
            FunctionName=function, Payload=json.dumps(event).encode()
        )
        return json.loads(answer["Payload"].read())

    def client_of_user(self, name: str, service: str, action: str, resource: str) -> Any:
        iam = self.engine.client("iam")
        iam.create_user(UserName=name)
        allow = {"Effect": "Allow", "Action": action, "Resource": resource}
        document = json.dumps({"Version": "2012-10-17", "Statement": [allow]})
        iam.put_user_policy(UserName=name, PolicyName="only", PolicyDocument=document)
        key = iam.create_access_key(UserName=name)["AccessKey"]
        return boto3.session.Session(key["AccessKeyId"], key["SecretAccessKey"]).client(
            service, region_name=REGION, endpoint_url=self.engine.url
        )

    def create_stack(self, name: str, resources: dict[str, Any], **more: Any) -> str:
        cloudformation = self.engine.client("cloudformation")
        body = json.dumps({"Resources": resources, **more})
        cloudformation.create_stack(StackName=name, TemplateBody=body)
        wait_until(lambda: self._status(name) != "CREATE_IN_PROGRESS")
        assert self._status(name) == "CREATE_COMPLETE"
        found = cloudformation.describe_stack_resources(StackName=name)["StackResources"]
        return str(next(r["PhysicalResourceId"] for r in found if r["LogicalResourceId"] == "Main"))

    def _status(self, name: str) -> str:
        stacks = self.engine.client("cloudformation").describe_stacks(StackName=name)["Stacks"]
        return str(stacks[0]["StackStatus"])


def packed(files: dict[str, str]) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        for name, text in files.items():
            archive.writestr(name, text)
    return content.getvalue()


def wait_until(condition: Callable[[], object], patience: float = 15.0) -> None:
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until, "waited in vain"
        time.sleep(0.002)


def allowed(call: Callable[[], object]) -> bool:
    try:
        call()
    except ClientError as error:
        if error.response["ResponseMetadata"]["HTTPStatusCode"] != 403:
            raise
        return False
    return True


def error_keeps_type_and_worker(shop: Workshop) -> bool:
    before = shop.ask(shop.function, {"ask": "process"})
    error = shop.ask(shop.function, {"raise": True})
    return bool(error["errorType"] == "Refused" and shop.ask(shop.function, {"ask": "process"}) == before)


def silent_invocation_is_answered_at_once(shop: Workshop) -> bool:
    shop.ask(shop.function, {"ask": "process"})
    spans = []
    for _ in range(10):
        began = time.perf_counter()
        shop.ask(shop.function, {"ask": "process"})
        spans.append(time.perf_counter() - began)
    return min(spans) < 0.045


def layer_is_shared(shop: Workshop) -> bool:
    layer = shop.engine.client("lambda").publish_layer_version(
        LayerName="probe", Content={"ZipFile": packed({"python/marker.py": ""})}
    )
    places = {
        shop.ask(shop.make_function(name, Layers=[layer["LayerVersionArn"]]), {"ask": "layer"})
        for name in ("layered-1", "layered-2")
    }
    return len(places) == 1


def failed_record_of_a_stream_comes_again(shop: Workshop) -> bool:
    table = shop.engine.client("dynamodb").create_table(
        TableName="probe",
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
        KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
        StreamSpecification={"StreamEnabled": True, "StreamViewType": "KEYS_ONLY"},
    )["TableDescription"]
    reader = shop.make_function("reader")
    for name in ("1", "2", "3", "4"):
        shop.engine.client("dynamodb").put_item(TableName="probe", Item={"id": {"S": name}})
    shop.engine.client("lambda").create_event_source_mapping(
        FunctionName=reader,
        EventSourceArn=table["LatestStreamArn"],
        StartingPosition="TRIM_HORIZON",
        BatchSize=3,
        FunctionResponseTypes=["ReportBatchItemFailures"],
    )
    wait_until(lambda: "4" in shop.ask(reader, {"ask": "seen"}))
    return bool(shop.ask(reader, {"ask": "seen"}).count("2") == 2)


def queue_with_a_parameter_is_read(shop: Workshop) -> bool:
    url = shop.create_stack(
        "numbers",
        {
            "Main": {"Type": "AWS::SQS::Queue"},
            "Mapping": {
                "Type": "AWS::Lambda::EventSourceMapping",
                "Properties": {
                    "EventSourceArn": {"Fn::GetAtt": ["Main", "Arn"]},
                    "FunctionName": shop.function,
                    "ScalingConfig": {"MaximumConcurrency": {"Ref": "Limit"}},
                },
            },
        },
        Parameters={"Limit": {"Type": "Number", "Default": 2}},
    )
    sqs = shop.engine.client("sqs")
    sqs.send_message(QueueUrl=url, MessageBody="{}")

    wait_until(lambda: is_empty(sqs, url) or "ESM SQS poller error" in shop.engine.log.read_text())
    found = is_empty(sqs, url)
    shop.engine.client("cloudformation").delete_stack(StackName="numbers")
    return found


def message_is_taken_while_others_wake_the_poller(shop: Workshop) -> bool:
    sqs = shop.engine.client("sqs")
    idle, busy = (sqs.create_queue(QueueName=name)["QueueUrl"] for name in ("idle", "busy"))
    arn = f"arn:aws:sqs:{REGION}:{ACCOUNT}:busy"
    mapping = shop.engine.client("lambda").create_event_source_mapping(
        FunctionName=shop.make_function("quiet"), EventSourceArn=arn
    )
    spans = []
    for _ in range(10):
        sqs.send_message(QueueUrl=idle, MessageBody="{}")
        sqs.send_message(QueueUrl=busy, MessageBody="{}")
        began = time.perf_counter()
        wait_until(lambda: is_empty(sqs, busy))
        spans.append(time.perf_counter() - began)
    shop.engine.client("lambda").delete_event_source_mapping(UUID=mapping["UUID"])
    return min(spans) < 0.06


def is_empty(sqs: Any, url: str) -> bool:
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=names)["Attributes"]
    return all(found[name] == "0" for name in names)


def failing_task_with_a_token_is_caught(shop: Workshop) -> bool:
    task = {
        "Type": "Task",
        "Resource": "arn:aws:states:::lambda:invoke.waitForTaskToken",
        "Parameters": {"FunctionName": shop.make_function("raises"), "Payload": {"token.$": "$$.Task.Token"}},
        "TimeoutSeconds": 3,
        "Catch": [{"ErrorEquals": ["Refused"], "Next": "Caught"}],
        "End": True,
    }
    definition = {"StartAt": "Ask", "States": {"Ask": task, "Caught": {"Type": "Succeed"}}}
    states = shop.engine.client("stepfunctions")
    machine = states.create_state_machine(name="probe", definition=json.dumps(definition), roleArn=shop.role)[
        "stateMachineArn"
    ]
    run = states.start_execution(stateMachineArn=machine)["executionArn"]
    wait_until(lambda: states.describe_execution(executionArn=run)["status"] != "RUNNING")
    return bool(states.describe_execution(executionArn=run)["status"] == "SUCCEEDED")


def schedule_says_its_time(shop: Workshop) -> bool:
    sqs = shop.engine.client("sqs")
    url = sqs.create_queue(QueueName="ticks")["QueueUrl"]
    shop.engine.client("scheduler").create_schedule(
        Name="once",
        ScheduleExpression="at(2020-01-01T00:00:00)",
        FlexibleTimeWindow={"Mode": "OFF"},
        Target={
            "Arn": f"arn:aws:sqs:{REGION}:{ACCOUNT}:ticks",
            "RoleArn": shop.role,
            "Input": '{"time": "<aws.scheduler.scheduled-time>"}',
        },
    )
    message = sqs.receive_message(QueueUrl=url, WaitTimeSeconds=20)["Messages"][0]
    return bool(json.loads(message["Body"])["time"].endswith("Z"))


def preflight_and_binary_types_are_imported(shop: Workshop) -> bool:
    origin = "method.response.header.Access-Control-Allow-Origin"
    mock = {
        "type": "mock",
        "requestTemplates": {"application/json": '{"statusCode": 204}'},
        "responses": {"default": {"statusCode": "204", "responseParameters": {origin: "'*'"}}},
    }
    body = {
        "openapi": "3.0.1",
        "info": {"title": "probe", "version": "1"},
        "x-amazon-apigateway-binary-media-types": ["*/*"],
        "paths": {"/x": {"options": {"responses": {}, "x-amazon-apigateway-integration": mock}}},
    }
    api = shop.create_stack(
        "gateway",
        {
            "Main": {"Type": "AWS::ApiGateway::RestApi", "Properties": {"Body": body}},
            "Deployment": {
                "Type": "AWS::ApiGateway::Deployment",
                "Properties": {"RestApiId": {"Ref": "Main"}, "StageName": "v1"},
            },
        },
    )
    binary = shop.engine.client("apigateway").get_rest_api(restApiId=api).get("binaryMediaTypes")
    call = urllib.request.Request(f"{shop.engine.url}/_aws/execute-api/{api}/v1/x", method="OPTIONS")
    with urllib.request.urlopen(call) as answer:
        return (
            bool(binary == ["*/*"])
            and answer.headers["Access-Control-Allow-Origin"] == "*"
            and answer.status == 204
        )


def batch_of_messages_needs_the_single_permission(shop: Workshop) -> bool:
    url = shop.engine.client("sqs").create_queue(QueueName="batch")["QueueUrl"]
    sqs = shop.client_of_user("sender", "sqs", "sqs:SendMessage", f"arn:aws:sqs:{REGION}:{ACCOUNT}:batch")
    return allowed(lambda: sqs.send_message_batch(QueueUrl=url, Entries=[{"Id": "1", "MessageBody": "{}"}]))


def bucket_that_asks_for_encryption_can_be_used(shop: Workshop) -> bool:
    s3 = shop.engine.client("s3")
    s3.create_bucket(Bucket="encrypted-only")
    deny = {
        "Effect": "Deny",
        "Principal": "*",
        "Action": "s3:*",
        "Resource": "arn:aws:s3:::encrypted-only/*",
        "Condition": {"Bool": {"aws:SecureTransport": "false"}},
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [deny]})
    s3.put_bucket_policy(Bucket="encrypted-only", Policy=policy)
    writer = shop.client_of_user("writer", "s3", "s3:PutObject", "arn:aws:s3:::encrypted-only/*")
    return allowed(lambda: writer.put_object(Bucket="encrypted-only", Key="x", Body=b""))


def mail_is_allowed_by_identity(shop: Workshop) -> bool:
    verify(shop, "mail.example")
    arn = f"arn:aws:ses:{REGION}:{ACCOUNT}:identity/mail.example"
    ses = shop.client_of_user("mailer", "sesv2", "ses:SendEmail", arn)
    return allowed(lambda: ses.send_email(**letter("Billing <billing@mail.example>")))


def tags_of_mail_are_listed(shop: Workshop) -> bool:
    verify(shop, "tags.example")
    tags = [{"Name": "notice_id", "Value": "n-1"}]
    sent = shop.engine.client("sesv2").send_email(**letter("billing@tags.example"), EmailTags=tags)
    listed = {mail.message_id: mail for mail in mailbox(shop.engine)}
    return dict(listed[sent["MessageId"]].tags) == {"notice_id": "n-1"}


def verify(shop: Workshop, domain: str) -> None:
    shop.engine.client("sesv2").create_email_identity(EmailIdentity=domain)


def letter(sender: str) -> dict[str, Any]:
    return {
        "FromEmailAddress": sender,
        "Destination": {"ToAddresses": ["customer@example.com"]},
        "Content": {"Simple": {"Subject": {"Data": "s"}, "Body": {"Text": {"Data": "t"}}}},
    }


PROBES: dict[str, Callable[[Workshop], bool]] = {
    "handler errors keep their type and their worker": error_keeps_type_and_worker,
    "logs of an invocation end when it ends": silent_invocation_is_answered_at_once,
    "a layer is unpacked once": layer_is_shared,
    "stream batches are retried from the failed record": failed_record_of_a_stream_comes_again,
    "work in a queue is taken up at once": message_is_taken_while_others_wake_the_poller,
    "numbers of a mapping may come from parameters": queue_with_a_parameter_is_read,
    "a task that fails before its callback fails": failing_task_with_a_token_is_caught,
    "a schedule hands over its time": schedule_says_its_time,
    "mock integrations and binary types of an API definition": preflight_and_binary_types_are_imported,
    "a batch of messages needs the permission of one": batch_of_messages_needs_the_single_permission,
    "loopback counts as an encrypted connection": bucket_that_asks_for_encryption_can_be_used,
    "sending e-mail is authorised on the identity": mail_is_allowed_by_identity,
    "sent e-mail is listed with its tags": tags_of_mail_are_listed,
}


@pytest.fixture(scope="module")
def adapted(engine: Engine) -> Workshop:
    return Workshop(engine)


@pytest.fixture(scope="module")
def plain() -> Iterator[Workshop]:
    with Engine.temporary(adapted=False) as engine:
        yield Workshop(engine)


def test_every_adaptation_has_a_probe() -> None:
    assert set(PROBES) == set(ADAPTATIONS)


@pytest.mark.parametrize("name", PROBES)
def test_with_the_adaptation_the_engine_does_what_aws_does(adapted: Workshop, name: str) -> None:
    assert PROBES[name](adapted)


@pytest.mark.parametrize("name", PROBES)
def test_the_engine_as_it_comes_still_needs_the_adaptation(plain: Workshop, name: str) -> None:
    assert not PROBES[name](plain), f"the engine does it by itself now: the adaptation {name!r} can go"
