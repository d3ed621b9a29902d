"""Deploys template.yaml itself to the embedded AWS, and what an operator would set up around it."""

import base64
import json
import secrets
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from botocore.exceptions import ClientError

from receivables_local import artefacts, identity, template
from receivables_local.engine import ROOT, Engine, EngineError

STACK_NAME = "receivables"
WEBHOOK_ENDPOINTS = (
    ("stripe", "main"),
    ("standardwebhooks", "main"),
    ("adyen", "main"),
    ("checkout", "main"),
)
_BUCKET = "receivables-artefacts"
_PATIENCE = 120.0
_ALWAYS = "2000-01-01T00:00:00.000000Z"

Progress = Callable[[str], None]


class DeployError(Exception):
    """The stack could not be created; the message names the resources that failed, and why."""


@dataclass(frozen=True, slots=True)
class Stack:
    """A deployed stack: where everything is, and how to get in."""

    engine: Engine
    name: str
    outputs: Mapping[str, str]
    webhook_secrets: Mapping[str, str]
    passwords: Mapping[str, str] = field(repr=False)

    @property
    def api_url(self) -> str:
        """The address of the API, on the loopback interface."""
        return f"{self.engine.url}/_aws/execute-api/{self.outputs['ApiId']}/v1"

    @property
    def functions(self) -> dict[str, str]:
        """The deployed name of each function, by the name of its directory."""
        prefix = f"{self.name}-"
        names = (value for key, value in self.outputs.items() if key.endswith("FunctionName"))
        return {name.removeprefix(prefix).replace("-", "_"): name for name in names}

    @property
    def environment(self) -> dict[str, str]:
        """Every variable that the functions are given, all together."""
        variables: dict[str, str] = {}
        for name in self.functions.values():
            found = self.engine.client("lambda").get_function_configuration(FunctionName=name)
            variables |= found["Environment"]["Variables"]
        return variables

    def tokens(self, person: str) -> str:
        """A Cognito ID token for one of `identity.PEOPLE`, as its role's people get."""
        return identity.token(self.engine, self.outputs, person, self.passwords[person])

    def webhook_secret(self, processor: str, endpoint: str = "main") -> str:
        """The secret that signs webhooks of one of `WEBHOOK_ENDPOINTS`."""
        return self.webhook_secrets[f"{processor}/{endpoint}"]

    def invoke(self, function: str, event: object) -> Any:
        """Call a function by its directory's name and wait. Raises DeployError with what it raised."""
        answer = self.engine.client("lambda").invoke(
            FunctionName=self.functions[function], Payload=json.dumps(event).encode()
        )
        reply = json.loads(answer["Payload"].read() or b"null")
        if answer.get("FunctionError"):
            raise DeployError(f"{function}: {reply}")
        return reply


def deploy(
    engine: Engine,
    parameters: Mapping[str, str] | None = None,
    *,
    progress: Progress = lambda _: None,
    root: Path = ROOT,
    name: str = STACK_NAME,
) -> Stack:
    """Build, upload and create the whole stack but for `template.LEFT_OUT`; then people, secrets and the sender.

    Raises artefacts.BuildError and DeployError. `progress` is told each step in a few words.
    """
    engine.client("s3").create_bucket(Bucket=_BUCKET)
    uploaded = _upload(engine, root, progress)
    progress("expanding the template")
    body = template.expand(root, artefacts=uploaded).root
    for left_out in template.LEFT_OUT:
        del body["Resources"][left_out]
    progress("creating the stack")
    outputs = _create(engine, name, body, parameters or {}, progress)
    progress("people, secrets and the sender")
    _verify_sender(engine, body, parameters or {})
    stack = Stack(
        engine=engine,
        name=name,
        outputs=outputs,
        webhook_secrets=_put_webhook_secrets(engine, body, parameters or {}),
        passwords=identity.create_people(engine, outputs),
    )
    _point_pay_links_here(stack)
    _note(stack)
    return stack


def _point_pay_links_here(stack: Stack) -> None:
    """On AWS pay links begin with the API's own address; on this machine it is another one, known only now."""
    functions = stack.engine.client("lambda")
    for name in stack.functions.values():
        variables = functions.get_function_configuration(FunctionName=name)["Environment"]["Variables"]
        if "PAY_LINK_BASE" in variables:
            changed = {**variables, "PAY_LINK_BASE": f"{stack.api_url}/pay"}
            functions.update_function_configuration(FunctionName=name, Environment={"Variables": changed})


def deploy_data(engine: Engine, root: Path = ROOT) -> dict[str, str]:
    """Create only the tables and buckets, anew at each call: their names by the variable that functions read."""
    name = f"data-{secrets.token_hex(4)}"
    body = template.read(root / "infrastructure" / "data.yaml")
    outputs = _create(engine, name, body, {"Stage": name})
    tables = ("Receivables", "Customers", "Configuration", "Inbox", "Idempotency")
    buckets = ("Imports", "Agency", "Documents", "Evidence")
    return {f"{table.upper()}_TABLE": outputs[f"{table}TableName"] for table in tables} | {
        f"{bucket.upper()}_BUCKET": outputs[f"{bucket}BucketName"] for bucket in buckets
    }


def load(engine: Engine) -> Stack:
    """The stack that an earlier `deploy` to the running engine made. Raises EngineError if there is none."""
    try:
        noted = json.loads(engine.stack_note.read_text())
    except FileNotFoundError as error:
        raise EngineError("nothing is deployed") from error
    if noted.pop("url") != engine.url or not engine.status().running:
        raise EngineError("the stack is gone: its engine was stopped")
    return Stack(engine=engine, **noted)


def _note(stack: Stack) -> None:
    facts = {"url": stack.engine.url, "name": stack.name, "outputs": dict(stack.outputs)}
    facts |= {"webhook_secrets": dict(stack.webhook_secrets), "passwords": dict(stack.passwords)}
    noted = stack.engine.stack_note
    noted.touch(mode=0o600)
    noted.write_text(json.dumps(facts, indent=1))


def _upload(engine: Engine, root: Path, progress: Progress) -> dict[str, dict[str, str]]:
    placed = {}
    for artefact in artefacts.build(root):
        progress(f"building {artefact.resource}")
        if artefact.resource in template.LEFT_OUT:
            continue
        placed[artefact.resource] = _put(engine, artefact.key, artefact.file.read_bytes())
    return placed


def _put(engine: Engine, key: str, body: bytes) -> dict[str, str]:
    engine.client("s3").put_object(Bucket=_BUCKET, Key=key, Body=body)
    return {"Bucket": _BUCKET, "Key": key, "Url": f"{engine.url}/{_BUCKET}/{key}"}


def _create(
    engine: Engine,
    name: str,
    body: template.Template,
    parameters: Mapping[str, str],
    progress: Progress = lambda _: None,
) -> dict[str, str]:
    cloudformation = engine.client("cloudformation")
    engine.client("s3").create_bucket(Bucket=_BUCKET)
    cloudformation.create_stack(
        StackName=name,
        TemplateURL=_put(engine, f"{name}.json", json.dumps(body).encode())["Url"],
        Parameters=[{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()],
        Capabilities=["CAPABILITY_IAM", "CAPABILITY_NAMED_IAM"],
        OnFailure="DO_NOTHING",
    )
    until = time.monotonic() + _PATIENCE
    while time.monotonic() < until:
        stack = cloudformation.describe_stacks(StackName=name)["Stacks"][0]
        if stack["StackStatus"] == "CREATE_COMPLETE":
            return {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        if stack["StackStatus"] != "CREATE_IN_PROGRESS":
            raise DeployError(f"{name}: {stack['StackStatus']}: {_failures(cloudformation, name)}")
        progress("creating the stack")
        time.sleep(0.05)
    raise DeployError(f"{name} is still being created after {_PATIENCE:.0f} s")


def _failures(cloudformation: Any, name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    failed = (event for event in events if event["ResourceStatus"].endswith("_FAILED"))
    return "; ".join(
        f"{event['LogicalResourceId']}: {event.get('ResourceStatusReason', '')}" for event in failed
    )


def _value(body: template.Template, parameters: Mapping[str, str], name: str) -> str:
    return parameters.get(name) or str(body["Parameters"][name]["Default"])


def _verify_sender(engine: Engine, body: template.Template, parameters: Mapping[str, str]) -> None:
    sender = _value(body, parameters, "SenderIdentity")
    engine.client("sesv2").create_email_identity(EmailIdentity=sender)


def _put_webhook_secrets(
    engine: Engine, body: template.Template, parameters: Mapping[str, str]
) -> dict[str, str]:
    prefix = _value(body, parameters, "WebhookSecretsPrefix")
    put = {}
    for processor, endpoint in WEBHOOK_ENDPOINTS:
        secret = _webhook_secret(processor)
        live = {"secrets": [{"value": secret, "valid_from": _ALWAYS, "valid_until": None}]}
        _put_secret(engine, f"{prefix}/{processor}/{endpoint}", json.dumps(live))
        put[f"{processor}/{endpoint}"] = secret
    return put


def _webhook_secret(processor: str) -> str:
    """Random, in a form that the scheme uses: Adyen's is hexadecimal, Standard Webhooks decodes it, others take the text as it is."""
    if processor == "adyen":
        return secrets.token_hex(32)
    return "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()


def _put_secret(engine: Engine, name: str, value: str) -> None:
    manager = engine.client("secretsmanager")
    try:
        manager.create_secret(Name=name, SecretString=value)
    except ClientError as error:
        if error.response["Error"]["Code"] != "ResourceExistsException":
            raise
        manager.put_secret_value(SecretId=name, SecretString=value)
