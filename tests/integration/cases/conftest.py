"""The town, and those who listen in it."""

from __future__ import annotations

import json
from collections.abc import Iterator

import pytest

from receivables_local.deploy import Stack
from tests.integration.cases.town import Ear, Town


@pytest.fixture(scope="module")
def town(stack: Stack) -> Town:
    return Town(stack)


@pytest.fixture
def bus(town: Town) -> Iterator[Ear]:
    """The events that other systems hear."""
    ear, events = Ear(town.stack, "bus"), town.stack.engine.client("events")
    name = town.stack.outputs["EventBusName"]
    rule = events.put_rule(
        Name="everything", EventBusName=name, EventPattern=json.dumps({"source": ["receivables"]})
    )
    ear.allow("events.amazonaws.com", rule["RuleArn"])
    events.put_targets(Rule="everything", EventBusName=name, Targets=[{"Id": "ear", "Arn": ear.arn}])
    yield ear
    events.remove_targets(Rule="everything", EventBusName=name, Ids=["ear"])
    events.delete_rule(Name="everything", EventBusName=name)
    ear.close()


@pytest.fixture
def finance(town: Town) -> Iterator[Ear]:
    """What finance is told."""
    ear, sns = Ear(town.stack, "finance"), town.stack.engine.client("sns")
    topic = town.stack.outputs["FinanceTopicArn"]
    ear.allow("sns.amazonaws.com", topic)
    subscription = sns.subscribe(
        TopicArn=topic, Protocol="sqs", Endpoint=ear.arn, ReturnSubscriptionArn=True
    )["SubscriptionArn"]
    yield ear
    sns.unsubscribe(SubscriptionArn=subscription)
    ear.close()
