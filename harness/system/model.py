"""A system: what a template declares, in the words of DESIGN.

Everything here can also be written by hand, for what a template does not say.
Values that only a deployed stage knows (``{"Ref": "Table"}``) stay as the intrinsic
function that the template holds; `harness.system.intrinsics.resolve` turns them into text.
Where a field names a resource, and the template says it with a function that only the cloud can resolve
(``Fn::ImportValue``), the field holds that function as JSON text.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from harness.errors import UnknownResource

__all__ = [
    "Api",
    "AsyncConfig",
    "Authorizer",
    "Cors",
    "EventSourceMapping",
    "Function",
    "GatewayResponse",
    "Mock",
    "MockResponse",
    "Notification",
    "Queue",
    "Resource",
    "Route",
    "Rule",
    "Schedule",
    "StateMachine",
    "Subscription",
    "System",
    "Target",
]


@dataclass(frozen=True, kw_only=True)
class Function:
    """A Lambda function, with the defaults of AWS: 3 seconds, 128 MB.

    Args:
        name: The logical id.
        handler: ``module.function``; a package path may be written with dots or slashes.
        code: The folder of the code, absolute; None when the code is not on this machine.
        runtime: The label of the runtime, such as ``python3.12``.
        timeout: In seconds.
        memory: In MB.
        environment: Variables as the template gives them, intrinsic functions included.
        layers: The content folders of the layers that are on this machine, in the template's order.
        role: The role as the template gives it: text, or an intrinsic function.
        architecture: ``x86_64`` or ``arm64``.
    """

    name: str
    handler: str
    code: Path | None
    runtime: str = "python3.12"
    timeout: float = 3
    memory: int = 128
    environment: Mapping[str, Any] = field(default_factory=dict)
    layers: tuple[Path, ...] = ()
    role: Any = None
    architecture: str = "x86_64"


@dataclass(frozen=True, kw_only=True)
class Authorizer:
    """Who may pass a route.

    Args:
        name: Its name in the template.
        kind: ``cognito`` (REST, user pools), ``jwt`` (HTTP API), ``iam``, or ``lambda``: a function decides.
        pools: For ``cognito``: logical ids of the user pools, or their ARNs as text.
        issuer: For ``jwt``: the issuer, as text or an intrinsic function.
        audience: For ``jwt``: the client ids, each as text or an intrinsic function.
        header: The header in which the token comes.
        function: For ``lambda``, as is all that follows: the logical id of the function, or an ARN as text.
        takes: What the function gets: the ``token`` alone (REST), or the whole ``request``.
        sources: What tells who asks: ``header.X-Key``, ``querystring.page``, ``stageVariables.name``,
            ``context.routeKey``.
        validation: A regular expression that the token must match as a whole; None for any token.
        ttl: For how many seconds an answer counts for the same sources; 0 for this request only.
        payload_format: ``1.0`` or ``2.0``.
        simple_responses: Whether the function says ``isAuthorized`` and gives no policy.
    """

    name: str
    kind: Literal["cognito", "jwt", "iam", "lambda"]
    pools: tuple[str, ...] = ()
    issuer: Any = None
    audience: tuple[Any, ...] = ()
    header: str = "Authorization"
    function: str | None = None
    takes: Literal["token", "request"] = "request"
    sources: tuple[str, ...] = ()
    validation: str | None = None
    ttl: float = 300
    payload_format: Literal["1.0", "2.0"] = "1.0"
    simple_responses: bool = False


@dataclass(frozen=True, kw_only=True)
class MockResponse:
    """One answer of a mock integration: which status selects it, and what it sends.

    Args:
        status: The HTTP status of the response.
        pattern: What the status of the integration must match; empty for the default.
        headers: Names and values; a value that is not a constant is left out.
        templates: The body by content type.
    """

    status: int
    pattern: str = ""
    headers: tuple[tuple[str, str], ...] = ()
    templates: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Mock:
    """A mock integration of a REST API, which answers without any function.

    https://docs.aws.amazon.com/apigateway/latest/developerguide/how-to-mock-integration.html

    Args:
        templates: Request templates by content type; they say the status.
        responses: In the order of the template.
        passthrough: What happens to a content type without a template: ``WHEN_NO_MATCH``, ``WHEN_NO_TEMPLATES`` or
            ``NEVER``.
    """

    templates: Mapping[str, str] = field(default_factory=dict)
    responses: tuple[MockResponse, ...] = ()
    passthrough: str = "WHEN_NO_MATCH"


@dataclass(frozen=True, kw_only=True)
class Route:
    """A method and a path of an API, and what is behind them: a function, or a mock.

    Args:
        api: The logical id of the API.
        method: In capitals; ``ANY`` for all.
        path: As the template writes it: ``/orders/{id}``, ``/files/{proxy+}``; ``$default`` in HTTP APIs.
        function: The logical id of the function; empty for a mock.
        authorizer: None for an open route.
        scopes: OAuth scopes of which the token must hold one; with scopes an access token is expected.
        model: The JSON schema (draft 4) of the body, or None.
        validates_body: Whether the body is checked against the model.
        validates_parameters: Whether the required parameters are checked.
        required_parameters: As API Gateway names them: ``querystring.page``, ``header.X-Key``, ``path.id``.
        payload_format: ``1.0`` or ``2.0``.
        mock: What answers in place of a function.
        streams: Whether the response is streamed.
    """

    api: str
    method: str
    path: str
    function: str
    authorizer: Authorizer | None = None
    scopes: tuple[str, ...] = ()
    model: Mapping[str, Any] | None = None
    validates_body: bool = False
    validates_parameters: bool = False
    required_parameters: tuple[str, ...] = ()
    payload_format: Literal["1.0", "2.0"] = "1.0"
    mock: Mock | None = None
    streams: bool = False


@dataclass(frozen=True, kw_only=True)
class Cors:
    """What an HTTP API or a function URL says to browsers of other origins by itself.

    Args:
        origins: ``*``, or origins, in which ``https://*`` stands for all of a scheme; as text or intrinsic functions.
        methods: In capitals, or ``*``.
        headers: Those that a browser may send.
        exposed: Those that a browser may read.
        credentials: Whether a browser may send cookies.
        max_age: For how many seconds a browser may keep the answer; None for no word about it.
    """

    origins: tuple[Any, ...] = ()
    methods: tuple[str, ...] = ()
    headers: tuple[str, ...] = ()
    exposed: tuple[str, ...] = ()
    credentials: bool = False
    max_age: int | None = None


@dataclass(frozen=True, kw_only=True)
class GatewayResponse:
    """What a REST API sends where it answers by itself.

    Args:
        status: The HTTP status; None for the usual one.
        headers: Names and mapping expressions: ``'*'``, ``method.request.header.Origin``.
        template: The body for JSON, in which ``$context.error.messageString`` stands for the message; None for the
            usual one.
    """

    status: int | None = None
    headers: tuple[tuple[str, str], ...] = ()
    template: str | None = None


@dataclass(frozen=True, kw_only=True)
class Api:
    """An API of API Gateway, or the URL of a function.

    Args:
        name: The logical id.
        kind: ``rest``, ``http``, or ``url``.
        stage: The name of its API Gateway stage; ``$default`` has no place in the URL.
        routes: In the order of the template.
        binary_media_types: Content types that travel as base64, REST only; ``*/*`` for all.
        cors: For HTTP APIs and function URLs.
        variables: The stage variables, as text or intrinsic functions.
        gateway_responses: For REST APIs, by type, such as ``UNAUTHORIZED`` or ``DEFAULT_4XX``.
    """

    name: str
    kind: Literal["rest", "http", "url"]
    stage: str
    routes: tuple[Route, ...]
    binary_media_types: tuple[str, ...] = ()
    cors: Cors | None = None
    variables: Mapping[str, Any] = field(default_factory=dict)
    gateway_responses: Mapping[str, GatewayResponse] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a rule sends an event.

    https://docs.aws.amazon.com/eventbridge/latest/userguide/eb-rule-retry-policy.html

    Args:
        resource: A logical id, or an ARN as text.
        input: What is sent instead of the event.
        input_path: The part of the event that is sent.
        input_transformer: How the event is changed before it is sent.
        retries: How often it is tried again (``MaximumRetryAttempts``).
        dead_letters: The logical id of the queue for what the target did not take, or an ARN as text.
    """

    resource: str
    input: Any = None
    input_path: str | None = None
    input_transformer: Mapping[str, Any] | None = None
    retries: int = 185
    dead_letters: str | None = None


@dataclass(frozen=True, kw_only=True)
class Rule:
    """A rule of EventBridge, by pattern or by schedule.

    Args:
        name: The logical id.
        bus: The logical id of the bus, or the name of one that the template does not declare.
        pattern: The event pattern, or None for a schedule.
        schedule: ``rate(…)`` or ``cron(…)``, or None for a pattern.
        enabled: False when the template disables it.
        targets: In the order of the template.
    """

    name: str
    bus: str = "default"
    pattern: Mapping[str, Any] | None = None
    schedule: str | None = None
    enabled: bool = True
    targets: tuple[Target, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Subscription:
    """A subscription to a topic: ``topic`` and ``endpoint`` are logical ids, or ARNs as text."""

    name: str
    topic: str
    protocol: str
    endpoint: str
    raw: bool = False
    filter_policy: Mapping[str, Any] | None = None
    filter_scope: Literal["MessageAttributes", "MessageBody"] = "MessageAttributes"


@dataclass(frozen=True, kw_only=True)
class Queue:
    """A queue of SQS.

    Args:
        name: The logical id.
        fifo: Whether it keeps an order.
        dead_letters: Where a message goes that was received too often: the logical id of a queue, or an ARN as text.
        receives: How often it is received before (``maxReceiveCount``); None without a redrive policy.
    """

    name: str
    fifo: bool = False
    dead_letters: str | None = None
    receives: int | None = None


@dataclass(frozen=True, kw_only=True)
class EventSourceMapping:
    """What Lambda itself reads for a function: a queue, or a stream. The defaults are those of AWS.

    https://docs.aws.amazon.com/lambda/latest/api/API_CreateEventSourceMapping.html

    Args:
        name: The logical id.
        function: The logical id of the function.
        source: The logical id of the queue, the Kinesis stream, or the table whose stream is read; or an ARN as text.
        kind: What that is.
        enabled: False when the template disables it.
        batch_size: How many messages or records the function gets at most at once.
        window: For how many seconds Lambda collects them (``MaximumBatchingWindowInSeconds``).
        filters: Patterns of which what is handed on matches one; none for all.
        reports_failures: Whether the function says which of a batch failed (``ReportBatchItemFailures``).
        bisects: For streams: whether a batch that failed is tried again in halves.
        retries: For streams: how often a batch is tried again; None for until it expires.
        maximum_age: For streams: how old a record may be, in seconds; None for any age.
        on_failure: For streams: where it is told what was given up; the logical id of a queue, topic or bucket, or an
            ARN as text.
        tumbling_window: For streams: the seconds of a tumbling window; 0 for none.
    """

    name: str
    function: str
    source: str
    kind: Literal["queue", "stream", "table"]
    enabled: bool = True
    batch_size: int = 10
    window: float = 0
    filters: tuple[Mapping[str, Any], ...] = ()
    reports_failures: bool = False
    bisects: bool = False
    retries: int | None = None
    maximum_age: float | None = None
    on_failure: str | None = None
    tumbling_window: float = 0


@dataclass(frozen=True, kw_only=True)
class AsyncConfig:
    """What Lambda does about an asynchronous invocation (``EventInvokeConfig``, ``DeadLetterConfig``).

    https://docs.aws.amazon.com/lambda/latest/dg/invocation-async-error-handling.html

    Args:
        retries: How often it is tried again, 0 to 2.
        on_success: Where the result is told: a logical id, or an ARN as text.
        on_failure: Where it is told that all attempts failed.
        dead_letters: Where the event goes when all attempts failed: the queue or topic of ``DeadLetterConfig``.
    """

    retries: int = 2
    on_success: str | None = None
    on_failure: str | None = None
    dead_letters: str | None = None


@dataclass(frozen=True, kw_only=True)
class Notification:
    """What a bucket tells when an object comes or goes.

    Args:
        name: The logical id of the bucket with a number: ``Photos[0]``.
        bucket: The logical id of the bucket.
        events: Such as ``s3:ObjectCreated:*``.
        target: Who is told: the logical id of a function, queue or topic, or an ARN as text.
        prefix: How the key begins.
        suffix: How the key ends.
    """

    name: str
    bucket: str
    events: tuple[str, ...]
    target: str
    prefix: str = ""
    suffix: str = ""


@dataclass(frozen=True, kw_only=True)
class Schedule:
    """A schedule of EventBridge Scheduler (rules with a schedule are among the rules).

    Args:
        name: The logical id.
        expression: ``rate(…)``, ``cron(…)`` or ``at(…)``.
        target: The logical id of what is started, or an ARN as text.
        input: What it gets, as the template gives it; None for nothing.
        enabled: False when the template disables it.
        retries: How often it is tried again (``MaximumRetryAttempts``).
        dead_letters: The logical id of the queue for what failed, or an ARN as text.
    """

    name: str
    expression: str
    target: str
    input: Any = None
    enabled: bool = True
    retries: int = 185
    dead_letters: str | None = None


@dataclass(frozen=True, kw_only=True)
class StateMachine:
    """A state machine of Step Functions.

    Args:
        name: The logical id.
        definition: In Amazon States Language; values that only a stage knows stay intrinsic functions.
        express: Whether it is an express workflow.
        role: The role as the template gives it.
    """

    name: str
    definition: Mapping[str, Any]
    express: bool = False
    role: Any = None


@dataclass(frozen=True, kw_only=True)
class Resource:
    """A resource of the template, also of a type that the harness does not know.

    Its properties are resolved as far as parameters, mappings and conditions allow.
    """

    name: str
    type: str
    properties: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class System:
    """A serverless application as its template declares it.

    Args:
        name: The name that the project gives it.
        template: The file that it was read from.
        cloudformation: The plain CloudFormation template, conditions not yet applied, code still local.
        parameters: The value of each parameter, defaults included.
        functions: By logical id; so is all that follows. Only what the conditions admit.
        asynchronous: What Lambda does about asynchronous invocations, by function; `AsyncConfig()` for the others.
        buckets_on_bus: The buckets that tell the default bus what happens in them.
    """

    name: str
    template: Path
    cloudformation: Mapping[str, Any]
    parameters: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    apis: Mapping[str, Api] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    subscriptions: Mapping[str, Subscription] = field(default_factory=dict)
    queues: Mapping[str, Queue] = field(default_factory=dict)
    mappings: Mapping[str, EventSourceMapping] = field(default_factory=dict)
    asynchronous: Mapping[str, AsyncConfig] = field(default_factory=dict)
    notifications: Mapping[str, Notification] = field(default_factory=dict)
    buckets_on_bus: frozenset[str] = frozenset()
    schedules: Mapping[str, Schedule] = field(default_factory=dict)
    machines: Mapping[str, StateMachine] = field(default_factory=dict)
    resources: Mapping[str, Resource] = field(default_factory=dict)

    def of_type(self, kind: str) -> dict[str, Resource]:
        """Give the resources of a type, such as ``AWS::DynamoDB::Table``, by logical id."""
        return {name: resource for name, resource in self.resources.items() if resource.type == kind}

    def function(self, name: str) -> Function:
        """Give a function by its logical id.

        Raises:
            UnknownResource: No function has this logical id; the error lists those that exist.
        """
        if name not in self.functions:
            raise UnknownResource("function", name, known=self.functions, declared_in=self.template)
        return self.functions[name]
