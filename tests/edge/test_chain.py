"""What pytest shows of functions that an event has started in mode handler."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

TEMPLATE = """
AWSTemplateFormatVersion: "2010-09-09"
Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    CodeUri: functions/
    Runtime: python3.12
Resources:
  Bus:
    Type: AWS::Events::EventBus
    Properties: {Name: hello}
  Done:
    Type: AWS::SNS::Topic
  Place:
    Type: AWS::Serverless::Function
    Properties:
      Handler: place.handler
      Environment: {Variables: {BUS: !Ref Bus}}
      Policies: [{Statement: [{Effect: Allow, Action: events:PutEvents, Resource: !GetAtt Bus.Arn}]}]
      Events:
        Post:
          Type: Api
          Properties: {Path: /orders, Method: post}
  Bill:
    Type: AWS::Serverless::Function
    Properties:
      Handler: bill.handler
      Environment: {Variables: {DONE: !Ref Done}}
      Policies: [{Statement: [{Effect: Allow, Action: sns:Publish, Resource: !Ref Done}]}]
      Events:
        Placed:
          Type: EventBridgeRule
          Properties: {EventBusName: !Ref Bus, Pattern: {source: [shop]}}
"""

PLACE = """
import json, os
import boto3

events = boto3.client("events")


def handler(event, context):
    entry = {"EventBusName": os.environ["BUS"], "Source": "shop", "DetailType": "order_placed"}
    events.put_events(Entries=[entry | {"Detail": event["body"]}])
    return {"statusCode": 200, "body": "{}"}
"""

BILL = """
import json, os
import boto3

sns = boto3.client("sns")


def handler(event, context):
    each = share(event["detail"]["total"], event["detail"]["among"])
    sns.publish(TopicArn=os.environ["DONE"], Message=json.dumps(each))


def share(total, among):
    return total / among
"""

STEPS = """
def order(stage, among):
    assert stage.request("POST", "/orders", json={"total": 10, "among": among}).status_code == 200
"""


@pytest.fixture
def shop(project: pytest.Pytester) -> pytest.Pytester:
    """The project with two functions and a bus between them."""
    system = project.path / "systems" / "hello"
    (system / "template.yaml").write_text(TEMPLATE)
    (system / "functions" / "place.py").write_text(PLACE)
    (system / "functions" / "bill.py").write_text(BILL)
    (project.path / "suites" / "hello" / "test_hello.py").unlink()
    project.makeconftest("")
    return project


def run(shop: pytest.Pytester, suite: str, *options: str) -> pytest.RunResult:
    Path(shop.path / "suites" / "hello" / "test_orders.py").write_text(STEPS + suite)
    return shop.runpytest_subprocess("--mode=handler", *options)


def test_a_bug_in_a_consumer_turns_the_test_red(shop: pytest.Pytester) -> None:
    """The test waits for nothing; the failure is shown in the consumer's own frames."""
    outcome = run(
        shop, "def test_orders(stage):\n    order(stage, 0)\n\n\ndef test_others(stage):\n    order(stage, 5)\n"
    )

    outcome.assert_outcomes(failed=1, passed=1)
    outcome.stdout.fnmatch_lines(
        [
            "*def handler(event, context):",
            '>       each = share(event["detail"]["total"], event["detail"]["among"])',
            "*bill.py:9: *",
            "*def share(total, among):",
            ">       return total / among",
            "E       ZeroDivisionError: division by zero",
            "*bill.py:14: ZeroDivisionError",
            "The above exception was the direct cause of the following exception:",
            "E * harness.errors.FunctionFailed: The function 'Bill' failed with ZeroDivisionError: division by zero.",
            'E *   started by: BillPlaced, by Bus order_placed {"total": 10, "among": 0}',
            "E *   chain: Place → Bus order_placed → Bill",
        ]
    )


def test_no_frame_of_ours_is_shown(shop: pytest.Pytester) -> None:
    """The trace ends at the step that waited."""
    suite = (
        "def test_orders(stage):\n    order(stage, 0)\n    bill_comes(stage)\n\n\n"
        'def bill_comes(stage):\n    stage.journal.expect("Done")\n'
    )

    outcome = run(shop, suite)

    outcome.assert_outcomes(failed=1)
    outcome.stdout.fnmatch_lines(['>       stage.journal.expect("Done")', "E * harness.errors.FunctionFailed: *"])
    assert "harness/journal/" not in outcome.stdout.str()
    assert "harness/modes/" not in outcome.stdout.str()


def test_nothing_of_a_failed_test_reaches_the_next(shop: pytest.Pytester) -> None:
    """The consumer of the first would fail in the second."""
    suite = (
        "def test_first(stage):\n    order(stage, 0)\n    assert False, 'its own failure'\n\n\n"
        "def test_second(stage):\n    order(stage, 5)\n"
        "    [done] = stage.journal.expect('Done', times=1)\n    assert done.body == 2.0\n"
    )

    outcome = run(shop, suite)

    outcome.assert_outcomes(failed=1, passed=1)
    outcome.stdout.fnmatch_lines(["*AssertionError: its own failure"])
    outcome.stdout.no_fnmatch_line("*ZeroDivisionError*")


def test_nothing_of_a_fixture_reaches_the_next_test(shop: pytest.Pytester) -> None:
    """Neither what a setup that failed has set off, nor what is set off while it is taken down."""
    suite = """
import pytest

@pytest.fixture
def failing(stage):
    order(stage, 0)
    raise LookupError("its own failure")

@pytest.fixture
def undone(stage):
    yield
    order(stage, 0)

def test_first(failing):
    pass

def test_second(stage, undone):
    order(stage, 5)

def test_third(stage):
    order(stage, 5)
    assert len(stage.journal.expect("Done", times=1)) == 1
"""
    outcome = run(shop, suite)

    outcome.assert_outcomes(errors=1, passed=2)


def test_the_failure_of_the_test_itself_comes_first(shop: pytest.Pytester) -> None:
    """Whatever goes wrong at its end is said below."""
    suite = """
import pytest
from harness import errors

class Broken:
    calls = 0

    def over(self, *, passed):
        self.calls += 1
        if self.calls == 1:
            raise errors.StageError("The stage is gone.", facts=[("passed", passed)])

@pytest.fixture
def stage():
    return Broken()

def test_fails(stage):
    assert False, "its own failure"

def test_passes(stage):
    pass
"""
    outcome = run(shop, suite)

    outcome.assert_outcomes(failed=2)
    outcome.stdout.fnmatch_lines(
        [
            "E       AssertionError: its own failure",
            "E       And after it: The stage is gone.",
            "E         passed: False",
            "*test_passes*",
            "E * harness.errors.StageError: The stage is gone.",
            "E *   passed: True",
        ]
    )


def test_a_debugger_stops_in_the_consumer(shop: pytest.Pytester) -> None:
    """At the end of a test that waits for nothing, in the main thread: the debugger reads what is typed."""
    bill = shop.path / "systems" / "hello" / "functions" / "bill.py"
    bill.write_text(BILL.replace("    return total", "    breakpoint()\n    return total"))
    tests = shop.path / "suites" / "hello" / "test_orders.py"
    tests.write_text(STEPS + "def test_orders(stage):\n    order(stage, 5)\n")

    outcome = shop.run(sys.executable, "-m", "pytest", stdin=b"p ('seen', total, among)\ncontinue\n")

    outcome.assert_outcomes(passed=1)
    outcome.stdout.fnmatch_lines([f"> {bill}(*)share()", "*('seen', 10, 5)*"])


def test_a_breakpoint_in_a_consumer_stops_while_the_test_waits(shop: pytest.Pytester) -> None:
    """The prompt is in the consumer's frame; the time that it takes is not the wait's."""
    (shop.path / "systems/hello/functions/bill.py").write_text(
        BILL.replace("    each =", "    breakpoint()\n    each =")
    )
    (shop.path / "suites/hello/test_orders.py").write_text(
        f'{STEPS}\ndef test_orders(stage):\n    order(stage, 5)\n    stage.journal.expect("Done", body=2.0, within=5)\n'
    )
    commands = b"import time; time.sleep(6)\np 'FROM ' + event['source']\nc\n"

    outcome = shop.run(sys.executable, "-m", "pytest", "--mode=handler", stdin=commands)

    outcome.stdout.fnmatch_lines(["*bill.py*handler*", "*'FROM shop'*", "*1 passed*"])


NARROW = """
  TestQueue: {Type: AWS::SQS::Queue}
  TestRule:
    Type: AWS::Events::Rule
    Properties:
      EventBusName: !Ref Bus
      EventPattern: {source: [kitchen]}
      Targets: [{Id: TestQueue, Arn: !GetAtt TestQueue.Arn}]
"""


def test_the_chain_hears_what_a_queue_of_the_stack_does_not(shop: pytest.Pytester) -> None:
    """That queue is for the taps of the stage; where nothing is published in vain all is heard."""
    template = shop.path / "systems/hello/template.yaml"
    template.write_text(template.read_text() + NARROW)
    shop.makepyprojecttoml('[tool.harness.systems.hello]\ntest_queue = "TestQueue"')

    outcome = run(shop, "def test_orders(stage):\n    order(stage, 0)\n    stage.settle()\n")

    outcome.assert_outcomes(failed=1)
    outcome.stdout.fnmatch_lines(
        ["E * harness.errors.FunctionFailed: The function 'Bill' failed with ZeroDivisionError: *"]
    )
