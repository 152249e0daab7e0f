"""The record of a run: what each test did and saw in each mode, as plain values.

It is what the verdict, the surface, the page and the gate are made of. Workers of pytest-xdist hand records to their
controller, and runs in several jobs are merged, so a record becomes JSON and is read back (`harness.report.plain`).
Texts in it are shortened and redacted by whoever writes them in.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal

__all__ = [
    "PERHAPS",
    "SCHEMA",
    "ActRecord",
    "Area",
    "Cause",
    "Denial",
    "DriftRecord",
    "EdgeRecord",
    "EntryRecord",
    "ErrorRecord",
    "FailureRecord",
    "NodeRecord",
    "Outcome",
    "RunRecord",
    "StepRecord",
    "SurfaceRecord",
    "SystemRecord",
    "TestRecord",
    "VerdictRecord",
]

# The version of the schema; it grows with each change that a reader of an older version would stumble over.
SCHEMA = 1

# The end of an id in `TestRecord.reached`: nobody saw that it was reached, and a grant of the template speaks for it.
PERHAPS = "?"

Outcome = Literal["passed", "failed", "error", "skipped", "xfailed", "xpassed"]

# Where a failure lies: `code`; `packaging`, `environment`, `permissions` or `limits` of a function; `wiring`: routes,
# authorizers, validation, rules, subscriptions, mappings; `harness`: the harness may imitate AWS wrongly, or could not
# test.
Area = Literal["code", "packaging", "environment", "permissions", "limits", "wiring", "harness"]


@dataclass(frozen=True, kw_only=True, slots=True)
class ErrorRecord:
    """An error of a function, in the words of Lambda; the trace may be empty."""

    type: str
    message: str
    trace: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class StepRecord:
    """One step of a test.

    Args:
        kind: The module that it stands in.
        words: The name of its function, as words: ``we place an order``.
        at: When it began, in seconds since the test began; below zero where a fixture of a wider scope took it.
        seconds: How long it took; of a `given` that yields, until it had brought what it brings.
        depth: 0 for a step of the test itself, 1 for a step that such a step takes.
        failed: Whether it ended in an exception.
    """

    kind: Literal["given", "when", "then"]
    words: str
    at: float
    seconds: float
    depth: int = 0
    failed: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class ActRecord:
    """One verb of the stage: what went to a front door, and what came back.

    Args:
        verb: ``request``, ``query``, ``publish``, ``notify``, ``send``, ``put_record``, ``write``, ``update``,
            ``delete``, ``upload``, ``call``, ``fire``, ``start`` or ``test_state``.
        what: In a few words: ``POST /orders``, ``EventBus order_placed``.
        at: When, in seconds since the test began.
        seconds: How long it took.
        api: Of a request: the logical id of the API.
        route: Of a request: the route of the template that it takes, ``POST /orders/{id}``; empty where there is none.
        token: Whether it carried an Authorization header.
        signed: Whether it was signed with SigV4.
        sent: The body, or what was sent.
        status: The HTTP status of the answer.
        answer: The body of the answer; of another verb what it came to: what a called function returned, or how an
            execution ended and which states it visited.
        function: The logical id of the function behind it, where the mode knows that it ran.
        error: How that function failed, if it did.
        log: The last lines that it logged.
    """

    verb: str
    what: str
    at: float
    seconds: float
    api: str = ""
    route: str = ""
    token: bool = False
    signed: bool = False
    sent: str = ""
    status: int | None = None
    answer: str = ""
    function: str = ""
    error: ErrorRecord | None = None
    log: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class EntryRecord:
    """An entry of the journal: where it came from, what was published (shortened), when it was seen.

    Args:
        kind: ``bus``, ``topic``, ``queue``, ``stream``, ``table`` or ``bucket``.
        source: The logical id.
        name: The detail-type of an event, else empty.
        text: What was published.
        at: In seconds since the test began.
        played: Whether the harness wrote it down itself.
    """

    kind: str
    source: str
    name: str
    text: str
    at: float
    played: bool = False


@dataclass(frozen=True, kw_only=True, slots=True)
class FailureRecord:
    """A function that ended in an error without a request: started by an event, a batch, a state machine."""

    function: str
    error: ErrorRecord
    log: tuple[str, ...] = ()
    times: int = 1


@dataclass(frozen=True, kw_only=True, slots=True)
class Denial:
    """An action that AWS did not allow.

    Args:
        function: The logical id of the function under whose role it was tried; empty when that is not known.
        role: The name of the role.
        action: Such as ``events:PutEvents``.
        resource: The logical id of the resource, else its ARN as AWS says it. Where AWS does not say: the only one that
            the variables of the function name, else empty.
    """

    function: str
    role: str
    action: str
    resource: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Cause:
    """Why a test may have failed, in a sentence: ``PlaceOrder may not events:PutEvents on EventBus``.

    Args:
        area: Where it lies.
        text: The sentence, without a period.
        proof: What it rests on: an error or a log line (``evidence``), the ``template``, or a difference between the
            template and what is deployed (``drift``).
    """

    area: Area
    text: str
    proof: Literal["evidence", "template", "drift"] = "evidence"


@dataclass(frozen=True, kw_only=True, slots=True)
class TestRecord:
    """One test in one mode.

    Args:
        test: The node id without the mode: ``suites/bigmouth/test_order.py::test_order``.
        system: The name of the system; empty of a test that asks for no stage.
        mode: ``handler``, ``invoke`` or ``http``; empty of a test that asks for no stage.
        outcome: As pytest counts it.
        began: In epoch seconds.
        seconds: Setup, call and teardown together.
        failure: What it failed with: the exception's name and text, shortened.
        kind: The name of the exception's class, such as ``AssertionError`` or ``NeverHappened``.
        steps: In the order in which they began.
        acts: In order.
        failures: Functions that failed without a request.
        entries: What the journal saw since the test began.
        denials: What AWS did not allow.
        logs: The last log lines of the functions that took part, by logical id.
        causes: Why it may have failed, the surest first.
        reached: The ids of what it reached of the system's surface (`SurfaceRecord.id`). One that ends in ``?`` may
            have been reached and is not counted: a function ran whose role lets it send there, and nobody looked.
        as_in: The test in which all this was seen, and since whose beginning its times are, where that is another one:
            a fixture of both has failed, and pytest does not try it again. Else empty.
    """

    __test__ = False

    test: str
    system: str
    mode: str
    outcome: Outcome
    began: float = 0.0
    seconds: float = 0.0
    failure: str = ""
    kind: str = ""
    steps: tuple[StepRecord, ...] = ()
    acts: tuple[ActRecord, ...] = ()
    failures: tuple[FailureRecord, ...] = ()
    entries: tuple[EntryRecord, ...] = ()
    denials: tuple[Denial, ...] = ()
    logs: dict[str, tuple[str, ...]] = field(default_factory=dict)
    causes: tuple[Cause, ...] = ()
    reached: tuple[str, ...] = ()
    as_in: str = ""

    @property
    def is_broken(self) -> bool:
        """Whether it failed, in the test or around it."""
        return self.outcome in ("failed", "error")


@dataclass(frozen=True, kw_only=True, slots=True)
class SurfaceRecord:
    """One thing of a system that tests can reach.

    Args:
        id: ``function:PlaceOrder``, ``route:Api POST /orders``, ``rule:Placed``, ``subscription:Mail``,
            ``mapping:Jobs``, ``notification:Photos[0]``, ``schedule:Daily``, ``machine:Workflow``,
            ``field:GraphApi Query.product``, ``authorizer:Api Guard``, ``destination:Notify dead letters``.
        kind: What stands before the colon.
        name: What stands after it.
        leads_to: The ids of what it starts.
    """

    id: str
    kind: str
    name: str
    leads_to: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class NodeRecord:
    """One thing in the picture of a system.

    Args:
        id: The logical id, or the id in the surface for what is not a resource: ``route:Api POST /orders``.
        kind: ``door`` (route, schedule), ``function``, ``machine``, ``bus``, ``topic``, ``queue``, ``stream``,
            ``table``, ``bucket``, ``pool`` or ``other``.
        label: What stands in the picture.
        surface: The ids of the surface that it stands for; empty for what is not counted, such as a table.
    """

    id: str
    kind: str
    label: str
    surface: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class EdgeRecord:
    """An arrow in the picture: from one node to another.

    Args:
        source: The id of the node that it leaves.
        target: The id of the node that it reaches.
        kind: ``starts`` (route, rule, subscription, mapping), or ``uses`` (a function knows of a table).
        label: Such as the detail-types of a rule's pattern; may be empty.
        surface: The id of the surface that it stands for, such as ``rule:Placed``; empty for ``uses``.
    """

    source: str
    target: str
    kind: Literal["starts", "uses"]
    label: str = ""
    surface: str = ""


@dataclass(frozen=True, kw_only=True, slots=True)
class DriftRecord:
    """One difference between the template and what is deployed.

    Args:
        system: The name of the system.
        kind: ``function``, ``route``, ``rule``, ``subscription``, ``mapping``, …
        name: The logical id, or the route.
        what: Which of its properties: ``timeout``, ``authorizer``, ``pattern``; ``existence`` when it is not there.
        template: What the template says.
        deployed: What is deployed.
    """

    system: str
    kind: str
    name: str
    what: str
    template: str
    deployed: str

    def __str__(self) -> str:
        return f"{self.kind} {self.name}: {self.what}: the template says {self.template}, deployed is {self.deployed}"


@dataclass(frozen=True, kw_only=True, slots=True)
class SystemRecord:
    """A system, its surface and its picture."""

    name: str
    template: str = ""
    surface: tuple[SurfaceRecord, ...] = ()
    nodes: tuple[NodeRecord, ...] = ()
    edges: tuple[EdgeRecord, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class VerdictRecord:
    """What the modes say together about one test that failed somewhere.

    Args:
        test: The node id without the mode.
        system: The name of the system.
        outcomes: The outcome by mode, in the order of the modes.
        first: The first mode in which it fails.
        area: Where the failure lies.
        text: The conclusion, in a sentence without a period.
        causes: What the evidence names, the surest first; empty where it names nothing.
    """

    test: str
    system: str
    outcomes: dict[str, str]
    first: str
    area: Area
    text: str
    causes: tuple[Cause, ...] = ()


@dataclass(frozen=True, kw_only=True, slots=True)
class RunRecord:
    """A run of pytest, or several merged.

    Args:
        schema: The version of the schema.
        version: The version of the harness.
        runs: The id of each process that tested.
        began: In epoch seconds.
        seconds: From the first to the last.
        stage: Its name.
        cloud: ``embedded`` or ``AWS``.
        region: Such as ``eu-west-1``.
        modes: The modes that were asked for.
        systems: Those that were tested.
        tests: Each test in each mode.
        deselected: What was left out, with the reason, a line each.
        drift: What differs between template and stage, where that was looked for; None where not.
        left: What was left behind, a line each; None where nobody looked.
        unselected: How many tests the user took away with pytest's own means: -k, -m, --deselect.
        ended: How it ended, if not in order, or what failed besides these tests: a sentence without a period; else
            empty.
    """

    schema: int = SCHEMA
    version: str = ""
    runs: tuple[str, ...] = ()
    began: float = 0.0
    seconds: float = 0.0
    stage: str = ""
    cloud: str = ""
    region: str = ""
    modes: tuple[str, ...] = ()
    systems: tuple[SystemRecord, ...] = ()
    tests: tuple[TestRecord, ...] = ()
    deselected: tuple[str, ...] = ()
    drift: tuple[DriftRecord, ...] | None = None
    left: tuple[str, ...] | None = None
    unselected: int = 0
    ended: str = ""
