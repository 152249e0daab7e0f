"""What the harness mends in the embedded cloud, seen from outside: as AWS does it."""

from __future__ import annotations

import base64
import io
import json
import time
import uuid
import zipfile
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from harness.cloud.account import Cloud

TRUST = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"},
                                                 "Action": "sts:AssumeRole"}]}  # fmt: skip


@pytest.fixture
def role(cloud: Cloud) -> Iterator[str]:
    """A role that may read the parameters below /mine, and no others."""
    iam, name = cloud.client("iam"), f"reader-{uuid.uuid4()}"
    arn = iam.create_role(RoleName=name, AssumeRolePolicyDocument=json.dumps(TRUST))["Role"]["Arn"]
    mine = f"arn:aws:ssm:{cloud.region}:{cloud.account}:parameter/mine/*"
    statement = {"Effect": "Allow", "Action": "ssm:GetParameters*", "Resource": [mine, mine.removesuffix("/*")]}
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=name, PolicyName="read", PolicyDocument=policy)
    yield arn
    iam.delete_role_policy(RoleName=name, PolicyName="read")
    iam.delete_role(RoleName=name)


@pytest.fixture
def ssm(cloud: Cloud, role: str) -> Iterator[Any]:
    """SSM as the role sees it, with a parameter of its own and a foreign one."""
    import boto3

    own = cloud.client("ssm")
    for name in ("/mine/a", "/theirs/b"):
        own.put_parameter(Name=name, Value="v", Type="String", Overwrite=True)
    keys = cloud.client("sts").assume_role(RoleArn=role, RoleSessionName="reader")["Credentials"]
    yield boto3.client(
        "ssm",
        region_name=cloud.region,
        endpoint_url=cloud.endpoint,
        aws_access_key_id=keys["AccessKeyId"],
        aws_secret_access_key=keys["SecretAccessKey"],
        aws_session_token=keys["SessionToken"],
    )
    own.delete_parameters(Names=["/mine/a", "/theirs/b"])


def test_a_role_reads_its_own_parameters(ssm: Any) -> None:
    """GetParameters is authorized for each parameter, not for all there are."""
    assert [found["Name"] for found in ssm.get_parameters(Names=["/mine/a"])["Parameters"]] == ["/mine/a"]


@pytest.mark.parametrize("names", [["/theirs/b"], ["/mine/a", "/theirs/b"]])
def test_a_role_does_not_read_others(ssm: Any, names: list[str]) -> None:
    """One foreign parameter among its own is one too many."""
    with pytest.raises(ClientError, match="not authorized to perform: ssm:GetParameters"):
        ssm.get_parameters(Names=names)


def test_a_path_is_a_resource_too(ssm: Any) -> None:
    """GetParametersByPath is authorized for its path."""
    assert len(ssm.get_parameters_by_path(Path="/mine")["Parameters"]) == 1
    with pytest.raises(ClientError, match="not authorized to perform: ssm:GetParametersByPath"):
        ssm.get_parameters_by_path(Path="/theirs")


@pytest.fixture
def function(cloud: Cloud, role: str) -> Iterator[Callable[..., str]]:
    """Makes a function of a line of code, or of a whole module, and gives its name."""
    client, made = cloud.client("lambda"), []

    def new(line: str, *, code: str = "") -> str:
        text = code or f"def handler(event, context):\n    {line}\n"
        name, archive = f"f-{uuid.uuid4()}", io.BytesIO()
        with zipfile.ZipFile(archive, "w") as file:
            file.writestr("f.py", text)
        packed = {"ZipFile": archive.getvalue()}
        client.create_function(FunctionName=name, Role=role, Runtime="python3.12", Handler="f.handler", Code=packed)
        client.get_waiter("function_active_v2").wait(FunctionName=name, WaiterConfig={"Delay": 0})
        made.append(name)
        return name

    yield new
    for name in made:
        client.delete_function(FunctionName=name)


def log_of(cloud: Cloud, name: str) -> str:
    answer = cloud.client("lambda").invoke(FunctionName=name, LogType="Tail")
    return base64.b64decode(answer["LogResult"]).decode()


def test_a_quiet_function_is_not_waited_for(cloud: Cloud, function: Callable[..., str]) -> None:
    """The embedded cloud's own wait is 50 ms; the quickest of ten shows that it is gone on a busy machine too."""
    name, client = function("return 1"), cloud.client("lambda")
    client.invoke(FunctionName=name)

    times = []
    for _ in range(10):
        started = time.perf_counter()
        client.invoke(FunctionName=name)
        times.append(time.perf_counter() - started)

    assert min(times) < 0.05


def test_every_line_is_in_the_log(cloud: Cloud, function: Callable[..., str]) -> None:
    """What a function prints last is there too, and each invocation has its own lines."""
    name = function("print('first'); print('last', event)")

    logs = [log_of(cloud, name) for _ in range(3)]

    assert all(log.count("first") == 1 and log.count("last") == 1 for log in logs)
    assert not any("END RequestId: harness" in log for log in logs)


def test_the_traceback_of_an_exception_is_in_the_log(cloud: Cloud, function: Callable[..., str]) -> None:
    """Lambda's runtime writes it, so the tail of the log shows the line that raised."""
    log = log_of(cloud, function("return event['missing']"))

    assert log.count("Traceback (most recent call last):") == 1
    assert "KeyError: 'missing'" in log


def test_the_tester_s_packages_are_not_the_function_s(cloud: Cloud, function: Callable[..., str]) -> None:
    """A package that is missing from a deployment is missing here as well; boto3 is there, as in Lambda."""
    name = function(
        "import boto3, importlib.util as u; return [u.find_spec(n) is None for n in ('pytest', 'requests')]"
    )

    payload = json.load(cloud.client("lambda").invoke(FunctionName=name)["Payload"])

    assert payload == [True, True]


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        ("def handler(event, context):\n    return event['y']", "KeyError", "'y'"),
        ("import nowhere", "Runtime.ImportModuleError", "Unable to import module 'f': No module named 'nowhere'"),
        ("handlr = print", "Runtime.HandlerNotFound", "Handler 'handler' missing on module 'f'"),
        ("x = 1 / 0", "ZeroDivisionError", "division by zero"),
        ("def", "Runtime.UserCodeSyntaxError", "Syntax error in module 'f': invalid syntax (f.py, line 1)"),
        ("def handler(event, context):\n    import nowhere", "ModuleNotFoundError", "No module named 'nowhere'"),
    ],
)
def test_an_error_has_the_words_of_lambda(
    cloud: Cloud, function: Callable[..., str], code: str, kind: str, message: str
) -> None:
    """Type and message are those of Lambda's runtime, at the import as well as in the handler."""
    answer = cloud.client("lambda").invoke(FunctionName=function("pass", code=code))

    payload = json.load(answer["Payload"])
    assert (answer["FunctionError"], payload["errorType"], payload["errorMessage"]) == ("Unhandled", kind, message)


def test_an_error_has_its_stack_trace(cloud: Cloud, function: Callable[..., str]) -> None:
    """It begins with the handler's own frame."""
    payload = json.load(cloud.client("lambda").invoke(FunctionName=function("return event['y']"))["Payload"])

    (frame,) = payload["stackTrace"]
    assert "f.py" in frame
    assert "line 2, in handler" in frame
    assert payload["requestId"]
