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
    "Authorizer",
    "Function",
    "Resource",
    "Route",
    "Rule",
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
        kind: ``cognito`` (REST, user pools), ``jwt`` (HTTP API), ``iam``, or ``lambda`` (not played yet).
        pools: For ``cognito``: logical ids of the user pools, or their ARNs as text.
        issuer: For ``jwt``: the issuer, as text or an intrinsic function.
        audience: For ``jwt``: the client ids, each as text or an intrinsic function.
        header: The header in which the token comes.
    """

    name: str
    kind: Literal["cognito", "jwt", "iam", "lambda"]
    pools: tuple[str, ...] = ()
    issuer: Any = None
    audience: tuple[Any, ...] = ()
    header: str = "Authorization"


@dataclass(frozen=True, kw_only=True)
class Route:
    """A method and a path of an API, and the function behind them.

    Args:
        api: The logical id of the API.
        method: In capitals; ``ANY`` for all.
        path: As the template writes it: ``/orders/{id}``, ``/files/{proxy+}``; ``$default`` in HTTP APIs.
        function: The logical id of the function.
        authorizer: None for an open route.
        scopes: OAuth scopes of which the token must hold one; with scopes an access token is expected.
        model: The JSON schema (draft 4) of the body, or None.
        validates_body: Whether the body is checked against the model.
        validates_parameters: Whether the required parameters are checked.
        required_parameters: As API Gateway names them: ``querystring.page``, ``header.X-Key``, ``path.id``.
        payload_format: ``1.0`` or ``2.0``.
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


@dataclass(frozen=True, kw_only=True)
class Api:
    """An API of API Gateway.

    Args:
        name: The logical id.
        kind: ``rest`` or ``http``.
        stage: The name of its API Gateway stage; ``$default`` has no place in the URL.
        routes: In the order of the template.
        binary_media_types: Content types that travel as base64, REST only; ``*/*`` for all.
    """

    name: str
    kind: Literal["rest", "http"]
    stage: str
    routes: tuple[Route, ...]
    binary_media_types: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Target:
    """Where a rule sends an event: ``resource`` is a logical id, or an ARN as text."""

    resource: str
    input: Any = None
    input_path: str | None = None
    input_transformer: Mapping[str, Any] | None = None


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
        functions: By logical id; so are ``apis``, ``rules``, ``subscriptions`` and ``resources``. Only what
            the conditions admit.
    """

    name: str
    template: Path
    cloudformation: Mapping[str, Any]
    parameters: Mapping[str, str] = field(default_factory=dict)
    functions: Mapping[str, Function] = field(default_factory=dict)
    apis: Mapping[str, Api] = field(default_factory=dict)
    rules: Mapping[str, Rule] = field(default_factory=dict)
    subscriptions: Mapping[str, Subscription] = field(default_factory=dict)
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
