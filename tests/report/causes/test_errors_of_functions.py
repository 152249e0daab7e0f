"""What the errors of functions say: packaging, environment, limits, keys of tables, code."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from harness.report.record import DriftRecord, ErrorRecord
from harness.system.model import System
from tests.report.causes.broken import asked, broken, failed, failing
from tests.report.recorded import (
    DENIED_EVENTS,
    LOG_OF_A_DENIAL,
    LOG_OF_A_KEY,
    LOG_OF_A_VARIABLE,
    VARIABLE_IN_HANDLER,
    VARIABLE_IN_INVOKE,
)

Said = Callable[..., list[str]]

READS = "environment: GetIndex reads the variable 'restaurants_api', which the template gives it and the deployed "
READS += "function does not have"
LACKED = READS.replace("the deployed function does not have", "it did not have when it ran")


@pytest.mark.parametrize(
    ("type_", "message", "cause"),
    [
        (
            "Runtime.ImportModuleError",
            "Unable to import module 'place_order': No module named 'requests'",
            "PlaceOrder cannot import 'requests': its package and its layers do not hold it",
        ),
        (
            "Runtime.ImportModuleError",
            "Unable to import module 'place_order': No module named 'place_order'",
            "PlaceOrder cannot start: its package has no module for the handler 'place_order.handler'",
        ),
        (
            "Runtime.HandlerNotFound",
            "Handler 'handlr' missing on module 'place_order'",
            (
                "PlaceOrder cannot start: its handler 'place_order.handler' is not there: "
                "Handler 'handlr' missing on module 'place_order'"
            ),
        ),
        (
            "Runtime.ImportModuleError",
            "Unable to import module 'place_order': /var/task/_rust.abi3.so: invalid ELF header",
            (
                "PlaceOrder has a library in its package that was built for another system: "
                "Unable to import module 'place_order': /var/task/_rust.abi3.so: invalid ELF header"
            ),
        ),
        (
            "Runtime.MalformedHandlerName",
            "Bad handler 'place_order': not enough values to unpack (expected 2, got 1)",
            "PlaceOrder cannot start: Bad handler 'place_order': not enough values to unpack (expected 2, got 1)",
        ),
        (
            "ModuleNotFoundError",
            "No module named 'requests'",
            "PlaceOrder cannot import 'requests': its package and its layers do not hold it",
        ),
    ],
)
def test_a_function_that_cannot_start_is_packed_wrongly(said: Said, type_: str, message: str, cause: str) -> None:
    """Lambda's words for it, and the runtime's."""
    record = broken(mode="invoke", acts=(failing("PlaceOrder", type_, message),))

    assert [f"packaging: {cause}"] == said(record)


@pytest.mark.parametrize(
    ("why", "cause"),
    [
        (
            "Unable to import module 'get_indx': No module named 'get_indx'.",
            "packaging: GetIndex cannot import 'get_indx': its package and its layers do not hold it",
        ),
        (
            "Handler 'handlr' missing on module 'get_index'.",
            (
                "packaging: GetIndex cannot start: its handler 'get_index.handler' is not there: "
                "Handler 'handlr' missing on module 'get_index'"
            ),
        ),
        (
            "Syntax error in module 'get_index': invalid syntax (get_index.py, line 3).",
            (
                "code: GetIndex failed with Runtime.UserCodeSyntaxError: "
                "Syntax error in module 'get_index': invalid syntax (get_index.py, line 3)"
            ),
        ),
    ],
)
def test_handler_mode_cannot_start_it_either(said: Said, why: str, cause: str) -> None:
    """There it is an error of the test, for no debugger would find a handler that is not there."""
    failure = f"HandlerNotFound: The handler 'get_index.handler' of function 'GetIndex' cannot be used: {why}\n  more"

    assert [cause] == said(broken(failure=failure, kind="HandlerNotFound"))


@pytest.mark.parametrize("error", [VARIABLE_IN_HANDLER, VARIABLE_IN_INVOKE])
def test_a_variable_that_the_deployed_function_lacks(said: Said, error: ErrorRecord) -> None:
    """The trace ends in `os.environ`, so the key is the name of a variable."""
    record = broken(mode="invoke", acts=(asked("GET /", 502, function="GetIndex", error=error),))

    assert [READS] == said(record)


def test_a_variable_that_the_template_lacks(said: Said, bigmouth: System) -> None:
    """It has one that is called nearly so."""
    index = replace(bigmouth.functions["GetIndex"], environment={"restaurant_api": "https://…"})
    system = replace(bigmouth, functions={**bigmouth.functions, "GetIndex": index})
    record = broken(acts=(asked("GET /", 502, function="GetIndex", error=VARIABLE_IN_INVOKE),))

    reads = "GetIndex reads the variable 'restaurants_api', which the template does not give it"
    assert [f"environment: {reads}; did you mean 'restaurant_api'?"] == said(record, system=system)


def test_a_variable_in_a_log(said: Said) -> None:
    """In http mode the log is all that tells of it, and its beginning may be missing."""
    record = broken(mode="http", logs={"GetIndex": LOG_OF_A_VARIABLE})

    assert [READS] == said(record)


def test_a_variable_that_was_looked_up_before_the_frames_of_python(said: Said) -> None:
    """Before Python 3.11 the module `os` was a file; and a trace may lack its last frame."""
    in_file = 'File "/var/lang/lib/python3.10/os.py", line 679, in __getitem__\n    raise KeyError(key) from None'
    without = 'File "/var/task/get_index.py", line 17, in handler\n    get(os.environ["restaurants_api"])'
    errors = [
        failing("GetIndex", "KeyError", "'restaurants_api'", trace=f"  {trace}\n") for trace in (in_file, without)
    ]

    assert [[READS], [READS]] == [said(broken(mode="invoke", acts=(error,))) for error in errors]


def test_nothing_is_said_of_the_deployed_function_where_none_ran(said: Said) -> None:
    """In handler mode the code runs in this process, with the variables of the template."""
    record = broken(acts=(asked("GET /", 502, function="GetIndex", error=VARIABLE_IN_HANDLER),))

    assert [LACKED] == said(record)


def test_a_variable_that_was_asked_for_softly(said: Said) -> None:
    """`os.getenv` gives None, and what does not take None says so."""
    trace = '  File "/var/task/a.py", line 3, in handler\n    table = boto3.Table(os.getenv("table_nme")).scan()\n'
    act = failing("GetRestaurants", "TypeError", "expected str, not NoneType", trace=trace)

    reads = "GetRestaurants reads the variable 'table_nme', which the template does not give it"
    assert [f"environment: {reads}"] == said(broken(acts=(act,)))


@pytest.mark.parametrize(
    "line",
    [
        'get(os.getenv("restaurants_api"), index.get("page"))',
        'get(os.environ.get("page", "all"), index.get("page"))',
        'get(os.getenv("AWS_REGION"), index.get("page"))',
    ],
    ids=["the template gives it", "it has a default", "Lambda sets it"],
)
@pytest.mark.parametrize("mode", ["handler", "invoke"])
def test_a_none_from_elsewhere_accuses_no_variable(said: Said, line: str, mode: str) -> None:
    """A variable is read on the same line, and it is there."""
    trace = f'  File "/var/task/get_index.py", line 3, in handler\n    {line}\n'
    act = failing("GetIndex", "TypeError", "expected str, not NoneType", trace=trace)

    assert ["code: GetIndex failed with TypeError: expected str, not NoneType (get_index.py, line 3)"] == said(
        broken(mode=mode, acts=(act,))
    )


def test_another_key_is_none_of_the_environment(said: Said) -> None:
    """It is an error of the code, at its line."""
    record = broken(mode="http", logs={"NotifyRestaurant": LOG_OF_A_KEY})

    assert ["code: NotifyRestaurant failed with KeyError: 'Detail' (notify_restaurant.py, line 18)"] == said(record)


@pytest.mark.parametrize(
    ("message", "why"),
    [
        (
            (
                "An error occurred (ResourceNotFoundException) when calling the PutEvents operation: "
                "Event bus orders does not exist."
            ),
            "PutEvents for what is not there, do its variables name it? Event bus orders does not exist",
        ),
        (
            "An error occurred (ParameterNotFound) when calling the GetParameter operation: ",
            "GetParameter for what is not there, do its variables name it? ParameterNotFound",
        ),
        (
            (
                "An error occurred (AWS.SimpleQueueService.NonExistentQueue) when calling the SendMessage operation: "
                "The specified queue does not exist."
            ),
            "SendMessage for what is not there, do its variables name it? The specified queue does not exist",
        ),
        (
            "An error occurred (NotFound) when calling the Publish operation: Topic does not exist",
            "Publish for what is not there, do its variables name it? Topic does not exist",
        ),
        (
            (
                "An error occurred (ResourceNotFoundException) when calling the AdminGetUser operation: "
                "User pool eu-west-1_a does not exist."
            ),
            "AdminGetUser for what is not there, do its variables name it? User pool eu-west-1_a does not exist",
        ),
    ],
)
def test_what_is_not_there_was_named_by_something(said: Said, message: str, why: str) -> None:
    """Most functions get the names of things in their variables."""
    record = broken(acts=(failing("PlaceOrder", "ClientError", message),))

    assert [f"environment: PlaceOrder calls {why}"] == said(record)


@pytest.mark.parametrize(
    ("code", "said_of_it"),
    [
        ("UserNotFoundException", "User does not exist."),
        ("NotFoundException", "User does not exist."),
        ("ResourceNotFoundException", "User does not exist."),
        ("NotFoundException", "No such row."),
    ],
)
def test_a_user_who_is_not_there_is_no_setting(said: Said, code: str, said_of_it: str) -> None:
    """Cognito says so of somebody who has not signed up."""
    message = f"An error occurred ({code}) when calling the GetUser operation: {said_of_it}"

    [cause] = said(broken(acts=(failing("PlaceOrder", code, message),)))

    assert cause.startswith(f"code: PlaceOrder failed with {code}: ")


@pytest.mark.parametrize(
    ("type_", "message", "cause"),
    [
        (
            "Sandbox.Timedout",
            "RequestId: c46445ba-ca38-4e59-a1ae-0e96b7b5a7f3 Error: Task timed out after 6.00 seconds",
            "PlaceOrder was not done within its timeout of 6 s",
        ),
        (
            "Sandbox.Timedout",
            "Task timed out after 1.00 seconds",
            "PlaceOrder was not done within its timeout of 1 s, which the template says is 6 s",
        ),
        ("Sandbox.Timedout", "", "PlaceOrder was not done within its timeout"),
        (
            "Runtime.ExitError",
            "RequestId: c46445ba-ca38-4e59-a1ae-0e96b7b5a7f3 Error: Runtime exited with error: signal: killed",
            "PlaceOrder took more memory than it has (512 MB in the template), and was killed",
        ),
        ("MemoryError", "", "PlaceOrder took more memory than it has (512 MB in the template), and was killed"),
        (
            "Function.ResponseSizeTooLarge",
            "Response payload size exceeded maximum allowed payload size (6291556 bytes).",
            (
                "PlaceOrder sends more than AWS takes at once: "
                "Response payload size exceeded maximum allowed payload size (6291556 bytes)"
            ),
        ),
        (
            "ClientError",
            "An error occurred (TooManyRequestsException) when calling the Invoke operation: Rate Exceeded.",
            (
                "PlaceOrder asks more often than AWS allows: "
                "An error occurred (TooManyRequestsException) when calling the Invoke operation: Rate Exceeded"
            ),
        ),
    ],
)
def test_what_passes_a_limit(said: Said, type_: str, message: str, cause: str) -> None:
    """Time, memory, size, and how often."""
    record = broken(mode="invoke", acts=(failing("PlaceOrder", type_, message),))

    assert [f"limits: {cause}"] == said(record)


@pytest.mark.parametrize(
    ("line", "cause"),
    [
        (
            "2026-11-21T17:08:02.124Z c46445ba-ca38-4e59-a1ae-0e96b7b5a7f3 Task timed out after 1.00 seconds",
            "limits: PlaceOrder was not done within its timeout of 1 s, which the template says is 6 s",
        ),
        (
            "RequestId: c46445ba Error: Runtime exited with error: signal: killed",
            "limits: PlaceOrder took more memory than it has (512 MB in the template), and was killed",
        ),
        (
            "REPORT RequestId: c46445ba\tDuration: 3 ms\tStatus: error\tError Type: Runtime.OutOfMemory",
            "limits: PlaceOrder took more memory than it has (512 MB in the template), and was killed",
        ),
        (
            "[ERROR] Runtime.ImportModuleError: Unable to import module 'place_order': No module named 'requests'",
            "packaging: PlaceOrder cannot import 'requests': its package and its layers do not hold it",
        ),
        ("[ERROR] ValueError", "code: PlaceOrder failed with ValueError"),
        (
            (
                '{"level": "ERROR", "errorType": "KeyError", "errorMessage": "\'id\'", "stackTrace": '
                '["  File \\"/var/task/place_order.py\\", line 9, in handler\\n"]}'
            ),
            "code: PlaceOrder failed with KeyError: 'id' (place_order.py, line 9)",
        ),
        (
            (
                '{"level": "ERROR", "exception_name": "KeyError", "exception": '
                '"Traceback (most recent call last):\\n  File \\"/var/task/place_order.py\\", line 9, in handler\\n'
                "KeyError: 'id'\"}"
            ),
            "code: PlaceOrder failed with KeyError: 'id' (place_order.py, line 9)",
        ),
    ],
)
def test_a_log_tells_as_much(said: Said, line: str, cause: str) -> None:
    """In the formats of Lambda and of Powertools."""
    assert [cause] == said(broken(mode="http", logs={"PlaceOrder": (line, "END RequestId: c46445ba")}))


@pytest.mark.parametrize("line", ["{", "[1]", '{"level": "INFO"}', '{"exception": null}', "placing an order"])
def test_other_lines_of_a_log_say_nothing(said: Said, line: str) -> None:
    """A line may be cut off in the middle."""
    assert [] == said(broken(mode="http", logs={"PlaceOrder": (line,)}))


def test_aws_writes_the_error_before_its_trace(said: Said) -> None:
    """Each line of what Lambda's runtime logs is a line of the record."""
    log = (
        "[ERROR] KeyError: 'Detail'",
        "Traceback (most recent call last):",
        '  File "/var/task/aws_lambda_powertools/logging/logger.py", line 554, in decorate',
        '  File "/var/task/notify_restaurant.py", line 18, in handler',
        '    order = event["Detail"]',
    )

    assert ["code: NotifyRestaurant failed with KeyError: 'Detail' (notify_restaurant.py, line 18)"] == said(
        broken(mode="http", logs={"NotifyRestaurant": log})
    )


@pytest.mark.parametrize(
    ("message", "about"),
    [
        (
            (
                "An error occurred (ValidationException) when calling the PutItem operation: "
                "One or more parameter values were invalid: Missing the key name in the item"
            ),
            "Missing the key name in the item",
        ),
        (
            (
                "An error occurred (ValidationException) when calling the GetItem operation: "
                "The provided key element does not match the schema"
            ),
            "The provided key element does not match the schema",
        ),
    ],
)
def test_a_wrong_key_is_told_with_the_right_one(said: Said, message: str, about: str) -> None:
    """DynamoDB says neither which table it was nor what its key is."""
    says = f"GetRestaurants does not use the key that the template gives a table: ValidationException: {about}"

    found = said(broken(acts=(failing("GetRestaurants", "ClientError", message),)))

    assert [f"code: {says}; in the template: RestaurantsTable name (S)"] == found


def test_a_step_may_use_a_wrong_key(said: Said, bigmouth: System) -> None:
    """The error came to the test, not to a function; without tables in the template there is no key to tell."""
    message = "An error occurred (ValidationException) when calling the DeleteItem operation: The provided key element "
    failure = f"ClientError: {message}does not match the schema"
    says = "code: the test does not use the key that the template gives a table: ValidationException: "
    says += "The provided key element does not match the schema"

    assert [says] == said(broken(failure=failure, kind="ClientError"), system=replace(bigmouth, resources={}))


def test_an_error_that_nothing_explains_is_the_code_s(said: Said) -> None:
    """One that comes again and again is told once, whatever its ids; without a trace there is no line."""
    message = "The table has no job '5a1e0c4e-0000-4000-8000-{:012}'."
    failures = tuple(failed("DoJobs", "UnknownJob", message.format(number)) for number in range(3))

    assert ["code: DoJobs failed with UnknownJob: The table has no job '…'"] == said(broken(failures=failures))


def test_an_error_of_the_test_itself_is_no_function_s(said: Said) -> None:
    """What it says stands under the failure."""
    failure = "ClientError: An error occurred (NoSuchBucket) when calling the PutObject operation: It does not exist"

    assert [] == said(broken(failure=failure, kind="ClientError"))


def test_a_denial_is_no_error_of_the_code(said: Said) -> None:
    """What was denied is told as a permission, where the record has it."""
    record = broken(
        mode="http",
        acts=(failing("PlaceOrder", "AccessDeniedException", DENIED_EVENTS),),
        logs={"PlaceOrder": LOG_OF_A_DENIAL},
    )

    assert [] == said(record)


@pytest.mark.parametrize(("size", "words"), [(128, "its 128 MB (512 MB in the template)"), (512, "its 512 MB")])
def test_a_log_reports_how_much_memory_there_was(said: Said, size: int, words: str) -> None:
    """Recorded in a stage whose function somebody has given less."""
    report = (
        f"REPORT RequestId: 1f162018\tDuration: 3357.48 ms\tBilled Duration: 3357.48 ms\tMemory Size: {size} MB\t"
        f"Max Memory Used: {size} MB\tStatus: error\tError Type: Runtime.OutOfMemory"
    )
    killed = "RequestId: 1f162018 Error: Runtime exited with error: signal: killed"
    act = replace(failing("PlaceOrder", "Runtime.ExitError", killed), log=(report, killed, "Runtime.ExitError"))

    cause = f"limits: PlaceOrder took more memory than {words}, and was killed"
    assert [[cause], [cause]] == [
        said(broken(mode="invoke", acts=(act,))),
        said(broken(mode="http", logs={"PlaceOrder": (report, killed, "Runtime.ExitError")})),
    ]


@pytest.mark.parametrize(
    ("status", "cause"),
    [
        (413, "POST /orders was refused with 413: it is larger than the API takes"),
        (504, "POST /orders took longer than the API waits for its function (504)"),
    ],
)
def test_a_door_has_limits_of_its_own(said: Said, status: int, cause: str) -> None:
    """API Gateway takes 10 MB and waits for 29 seconds."""
    assert [f"limits: {cause}"] == said(broken(acts=(asked("POST /orders", status, token=True),)))


@pytest.mark.parametrize("status", [413, 504])
def test_what_a_door_refused_on_purpose_is_no_cause(said: Said, status: int) -> None:
    """The test went on, and failed with something else."""
    acts = (asked("POST /orders", status, token=True), asked("POST /orders", 200, token=True))

    assert [] == said(broken(acts=acts, failure="AssertionError: assert 1 == 2"))


def test_an_error_that_a_function_got_over_comes_behind_the_one_that_it_failed_with(said: Said) -> None:
    """Its log tells of both."""
    log = ('  File "/var/task/place_order.py", line 3', "TimeoutError: slow", "REPORT RequestId: 1f162018")
    act = replace(failing("PlaceOrder", "ValueError", "no"), log=log)

    found = said(
        broken(mode="invoke", acts=(act,), logs={"PlaceOrder": ("[ERROR] Runtime.ImportModuleError: no", *log)})
    )

    assert ["code: PlaceOrder failed with ValueError: no"] == found[:1]


def test_the_error_of_an_answer_comes_before_what_is_deployed_otherwise(said: Said) -> None:
    """The function failed, and the difference may not matter to it."""
    drift = [DriftRecord(system="a", kind="function", name="PlaceOrder", what="memory", template="1", deployed="2")]

    found = said(broken(mode="invoke", acts=(failing("PlaceOrder", "ValueError", "no"),)), drift=drift)

    assert ["code: PlaceOrder failed with ValueError: no", "limits: PlaceOrder is"] == [found[0], found[1][:21]]


def test_no_more_than_five_are_told(said: Said) -> None:
    """Who reads of more reads none."""
    failures = tuple(failed("DoJobs", f"Error{number}", "") for number in range(9))

    assert 5 == len(said(broken(failures=failures)))


def test_a_test_that_passed_has_no_cause(said: Said) -> None:
    """What it saw fail may have been meant to."""
    record = broken(failures=(failed("DoJobs", "UnknownJob", "no"),))

    assert [] == said(replace(record, outcome="passed"))
