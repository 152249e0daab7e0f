"""What a function of the embedded stage does not reach: AWS, whatever its code asks for."""

from __future__ import annotations

import errno
import json
import socket
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from textwrap import dedent
from typing import Any

import botocore
import pytest

from harness.errors import NotLetOut
from harness.runtime.environment import ExecutionEnvironment
from harness.runtime.invocation import FunctionError
from harness.runtime.wall import is_of_aws
from harness.system.model import Function

Build = Callable[..., ExecutionEnvironment]


@pytest.fixture
def build(tmp_path: Path) -> Iterator[Build]:
    """Build the environment of a function from its text; AWS is out of its reach unless said otherwise."""
    made: list[ExecutionEnvironment] = []

    def build_one(app: str, *, name: str = "Orders", walled: bool = True) -> ExecutionEnvironment:
        code = tmp_path / name
        code.mkdir()
        (code / "app.py").write_text(dedent(app))
        function = Function(name=name, handler="app.handler", code=code, timeout=20)
        made.append(
            ExecutionEnvironment(function, account="123456789012", region="eu-west-1", variables={}, walled=walled)
        )
        return made[-1]

    yield build_one
    for environment in made:
        environment.close()


def error_of(environment: ExecutionEnvironment, event: Any = None) -> FunctionError:
    found = environment.invoke(event).error
    assert found is not None
    return found


RESOLVES = """
    import socket

    def handler(event, context):
        return socket.getaddrinfo(event, 443)
"""


def test_it_is_said_who_asked_for_what(build: Build) -> None:
    """The message names the function and the host, and what to do."""
    error = error_of(build(RESOLVES), "dynamodb.eu-west-1.amazonaws.com")

    assert isinstance(error.exception, NotLetOut)
    assert str(error.exception) == (
        "The function 'Orders' asks for 'dynamodb.eu-west-1.amazonaws.com', which is AWS and not the embedded cloud.\n"
        "  handler: app.handler\n"
        "  boto3 takes the address from AWS_ENDPOINT_URL where the code gives no endpoint_url;\n"
        "  let the code read any other address from a variable, and set it for tests in .test.env"
    )


@pytest.mark.parametrize(
    "host",
    [
        "amazonaws.com",
        "S3.AMAZONAWS.COM.",
        "sqs.cn-north-1.amazonaws.com.cn",
        "lambda.eu-west-1.api.aws",
        "abc.lambda-url.eu-west-1.on.aws",
        "dynamodb.eusc-de-east-1.amazonaws.eu",
        "shop.auth.eu-west-1.amazoncognito.com",
    ],
)
def test_every_domain_of_aws_is_refused(build: Build, host: str) -> None:
    """Partitions have domains of their own, and names are written in many ways."""
    assert "harness.NotLetOut" == error_of(build(RESOLVES), host).type


def test_the_domains_of_every_partition_are_known() -> None:
    """Those that botocore would ask, with and without IPv6."""
    known = json.loads((Path(botocore.__file__).parent / "data" / "partitions.json").read_text())["partitions"]

    domains = {one["outputs"][kind] for one in known for kind in ("dnsSuffix", "dualStackDnsSuffix")}

    assert {domain for domain in domains if not is_of_aws(f"sqs.some-region-1.{domain}")} == set()
    assert len(domains) > 10


@pytest.mark.parametrize("host", ["aws.example.com", "notamazonaws.com", "amazonaws.com.example.com", "ic.gov"])
def test_other_domains_are_none_of_aws(host: str) -> None:
    """They are the function's own business."""
    assert not is_of_aws(host)


def test_the_line_that_asks_is_shown(build: Build) -> None:
    """The trace begins in the handler and tells what it asked for."""
    error = error_of(build(RESOLVES), "sts.amazonaws.com")

    assert "return socket.getaddrinfo(event, 443)" in error.trace
    assert "'sts.amazonaws.com' is AWS and not the embedded cloud" in error.trace


@pytest.mark.parametrize("ask", ["gethostbyname(event)", "create_connection((event, 443))"])
def test_every_way_to_ask_is_refused(build: Build, ask: str) -> None:
    """There is more than one function that resolves a name."""
    app = RESOLVES.replace("getaddrinfo(event, 443)", ask)

    assert "harness.NotLetOut" == error_of(build(app), "sts.amazonaws.com").type


def test_boto3_does_not_try_again_nor_hide_it(build: Build) -> None:
    """A client with an address in its code fails at once and in our words, and so does its retrying."""
    app = """
        import boto3
        from botocore.config import Config

        def handler(event, context):
            config = Config(retries={"mode": "standard", "max_attempts": 9})
            address = "https://dynamodb.eu-west-1.amazonaws.com"
            keys = {"aws_access_key_id": "a", "aws_secret_access_key": "b"}
            return boto3.client("dynamodb", endpoint_url=address, config=config, **keys).list_tables()
    """
    environment = build(app)

    found = environment.invoke({})

    assert isinstance(found.error and found.error.exception, NotLetOut)
    assert found.seconds < 5


@pytest.mark.parametrize("caught", ["Exception", "BaseException"])
def test_swallowing_it_does_not_help(build: Build, caught: str) -> None:
    """A handler that goes on without an answer would go on with it in AWS."""
    app = f"""
        import socket

        def handler(event, context):
            try:
                socket.getaddrinfo("sts.amazonaws.com", 443)
            except {caught}:
                return "went on"
    """

    assert "harness.NotLetOut" == error_of(build(app)).type


def test_what_is_imported_is_held_as_well(build: Build) -> None:
    """The module of the handler may ask before the handler runs."""
    app = """
        import socket

        socket.getaddrinfo("ssm.eu-west-1.amazonaws.com", 443)

        def handler(event, context):
            return "never"
    """

    assert "harness.NotLetOut" == error_of(build(app)).type


THREADS = """
    import socket
    from concurrent.futures import ThreadPoolExecutor

    pool = ThreadPoolExecutor(1)

    def deeper(host):
        with ThreadPoolExecutor(1) as other:
            return str(other.submit(socket.getaddrinfo, host, 443).result())

    def handler(event, context):
        return pool.submit(deeper, event).result()
"""


def test_threads_of_a_function_are_held_as_well(build: Build) -> None:
    """A thread that the handler starts, and one that this starts in its turn."""
    assert "harness.NotLetOut" == error_of(build(THREADS), "sts.amazonaws.com").type


def test_a_thread_that_is_left_over_is_held_as_well(build: Build) -> None:
    """A pool lives on between invocations, as in a warm environment."""
    environment = build(THREADS)
    environment.invoke("localhost")

    assert "harness.NotLetOut" == error_of(environment, "sts.amazonaws.com").type


def test_a_thread_that_asks_while_nobody_looks_fails_the_function(build: Build) -> None:
    """The handler need not wait for what its thread came to."""
    app = """
        import socket, threading

        def ask():
            try:
                socket.getaddrinfo("sts.amazonaws.com", 443)
            except BaseException:
                pass

        def handler(event, context):
            thread = threading.Thread(target=ask)
            thread.start()
            thread.join()
            return "done"
    """

    assert "harness.NotLetOut" == error_of(build(app)).type


@pytest.mark.parametrize("host", ["169.254.169.254", "169.254.170.2", "::ffff:169.254.169.254", "fd00:ec2::254"])
def test_no_machine_gives_credentials(build: Build, host: str) -> None:
    """As in Lambda nothing answers there, which libraries that look for credentials bear."""
    error = error_of(build(RESOLVES), host)

    words = f"the function 'Orders' asks {host!r} for credentials; a Lambda function has none there"
    assert ("OSError", f"[Errno {errno.ENETUNREACH}] {words}") == (error.type, error.message)


def test_an_address_is_refused_without_its_name(build: Build) -> None:
    """Whoever connects to an address resolves nothing."""
    app = """
        import socket

        def handler(event, context):
            with socket.socket() as one:
                one.connect((event, 80))
    """

    assert "OSError" == error_of(build(app), "169.254.169.254").type


def test_a_function_that_failed_so_goes_on(build: Build) -> None:
    """What one invocation asks for is not held against the next one."""
    environment = build(RESOLVES.replace("return socket", "assert socket"))
    environment.invoke("sts.amazonaws.com")

    assert environment.invoke("127.0.0.1").error is None


@pytest.mark.parametrize("host", ["localhost", "notamazonaws.com.invalid", "amazonaws.com.example.invalid"])
def test_others_are_the_business_of_the_function(build: Build, host: str) -> None:
    """A provider of payments is asked, whether it is there or not."""
    found = build(RESOLVES.replace("return socket", "socket")).invoke(host)

    assert found.error is None or "gaierror" == found.error.type


def test_a_socket_of_the_file_system_is_no_host(build: Build, tmp_path: Path) -> None:
    """Its address is a path."""
    app = """
        import socket

        def handler(event, context):
            with socket.socket(socket.AF_UNIX) as one:
                one.connect(event)
    """

    assert "FileNotFoundError" == error_of(build(app), str(tmp_path / "none.amazonaws.com")).type


def test_a_stage_in_aws_has_no_wall(build: Build) -> None:
    """There AWS is what is meant; the name is one that nobody has."""
    found = build(RESOLVES, walled=False).invoke("nobody.invalid.amazonaws.com")

    assert found.error is None or "gaierror" == found.error.type


def test_the_tests_themselves_are_not_held(build: Build) -> None:
    """While a function runs, other threads of this process go where they will."""
    asked: list[str] = []

    def ask() -> None:
        try:
            socket.getaddrinfo("nobody.invalid.amazonaws.com", 443)
        except OSError as error:
            asked.append(type(error).__name__)
        else:
            asked.append("found")

    app = "def handler(event, context):\n    import time\n    time.sleep(0.2)\n"
    thread = threading.Timer(0.05, ask)
    thread.start()
    build(app).invoke({})
    thread.join()

    assert asked in (["gaierror"], ["found"])
