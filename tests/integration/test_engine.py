"""The embedded AWS starts, says what it is, enforces permissions, and stops."""

from pathlib import Path

import pytest
from botocore.exceptions import ClientError

from receivables_local import engine as module
from receivables_local.deploy import deploy_data, load
from receivables_local.engine import VERSION, Engine, EngineError

pytestmark = pytest.mark.engine


def test_it_starts_and_stops(tmp_path: Path) -> None:
    engine = Engine(tmp_path)
    assert not engine.status().running
    engine.start()
    try:
        assert engine.status().running
        assert engine.status().version == VERSION
        assert engine.url.startswith("http://127.0.0.1:")
    finally:
        engine.stop()
    assert not engine.status().running


def test_another_object_of_the_same_home_finds_and_stops_it(tmp_path: Path) -> None:
    first = Engine(tmp_path)
    first.start()
    second = Engine(tmp_path)
    try:
        assert second.status() == first.status()
        with pytest.raises(EngineError, match="already running"):
            second.start()
    finally:
        first.stop()
    assert not second.status().running


def test_stopping_what_does_not_run_does_nothing(tmp_path: Path) -> None:
    Engine(tmp_path).stop()


def test_another_version_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "VERSION", "0.0.0")
    engine = Engine(tmp_path)
    with pytest.raises(EngineError, match=r"adapted to 0\.0\.0"):
        engine.start()
    assert not engine.status().running


def test_a_process_that_has_taken_over_the_id_is_not_ours(tmp_path: Path) -> None:
    import os

    (tmp_path / "engine.json").write_text(f'{{"pid": {os.getpid()}, "port": 1}}')
    engine = Engine(tmp_path)
    assert not engine.status().running
    engine.stop()


def test_nothing_is_loaded_before_something_is_deployed(tmp_path: Path) -> None:
    with pytest.raises(EngineError, match="nothing is deployed"):
        load(Engine(tmp_path))


def test_unknown_credentials_are_refused(engine: Engine) -> None:
    import boto3

    stranger = boto3.session.Session("AKIASTRANGER", "secret").client(
        "dynamodb", region_name="us-east-1", endpoint_url=engine.url
    )
    with pytest.raises(ClientError, match="security token"):
        stranger.list_tables()


def test_tables_are_made_anew_at_each_call(engine: Engine) -> None:
    first, second = deploy_data(engine), deploy_data(engine)
    assert first.keys() == second.keys()
    assert not set(first.values()) & set(second.values())
    described = engine.client("dynamodb").describe_table(TableName=first["RECEIVABLES_TABLE"])["Table"]
    assert {index["IndexName"] for index in described["GlobalSecondaryIndexes"]} == {
        "due",
        "held",
        "open",
        "worklist",
    }
    assert described["StreamSpecification"]["StreamViewType"] == "NEW_AND_OLD_IMAGES"
