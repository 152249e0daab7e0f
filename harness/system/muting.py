"""A copy of a template in which nothing that is published starts a function.

Functions that are called stay as they are: behind an API, as a trigger of a user pool, as a task of a state machine.
Nothing is taken out that a ``Ref``, a ``GetAtt`` or a ``DependsOn`` could name.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

__all__ = ["muted"]

_FUNCTIONS = frozenset({"AWS::Lambda::Function", "AWS::Lambda::Alias", "AWS::Lambda::Version"})
_NO_VALUE = {"Ref": "AWS::NoValue"}

# No message matches: the name of an attribute has letters, digits, "_", "-" and "." only.
# https://docs.aws.amazon.com/sns/latest/dg/sns-message-attributes.html
_UNMATCHED_MESSAGE = {"harness:muted": ["never"]}
# No line of a log matches: one value cannot be two numbers. The embedded cloud looks for the words only.
# https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntax.html
_UNMATCHED_LINE = "{ ($.harnessLeadsNowhere = 1) && ($.harnessLeadsNowhere = 2) }"

_Leads = Callable[[Any], bool]
_Properties = Mapping[str, Any]


def muted(document: _Properties, *, parameters: Mapping[str, str] | None = None) -> dict[str, Any]:
    """Give a template whose rules, subscriptions, mappings and notifications lead to no function.

    What the template imports (``Fn::ImportValue``) or gets from a nested stack is not known here, and stays.

    Args:
        document: Plain CloudFormation; it is left as it is.
        parameters: Values of its parameters, of which some may be ARNs of functions.
    """
    functions = {name for name, resource in document["Resources"].items() if resource["Type"] in _FUNCTIONS}
    tables = {name: json.dumps(table) for name, table in (document.get("Mappings") or {}).items()}
    texts = {**tables, **(parameters or {})}

    def leads(value: Any) -> bool:
        return any(part in functions or ":lambda:" in texts.get(part, part) for part in _parts(value))

    resources = {
        name: _muted(resource, leads) if resource["Type"] in _MUTED and resource.get("Properties") else resource
        for name, resource in document["Resources"].items()
    }
    return {**document, "Resources": resources}


def _muted(resource: _Properties, leads: _Leads) -> dict[str, Any]:
    return {**resource, "Properties": _MUTED[resource["Type"]](resource["Properties"], leads)}


def _parts(value: Any) -> Iterator[str]:
    """Give the texts of an expression, and the logical ids that it names."""
    if isinstance(value, str):
        yield value
    elif isinstance(value, list):
        yield from (part for item in value for part in _parts(item))
    elif isinstance(value, Mapping):
        for name, argument in value.items():
            yield from _OF_INTRINSICS.get(name, _parts)(argument)


def _attribute(argument: Any) -> Iterator[str]:
    yield argument.partition(".")[0] if isinstance(argument, str) else argument[0]


def _substituted(argument: Any) -> Iterator[str]:
    text, variables = (argument, {}) if isinstance(argument, str) else argument
    yield text
    yield from (name.partition(".")[0].strip() for name in _names_in(text))
    yield from _parts(list(variables.values()))


def _names_in(text: str) -> list[str]:
    return [part.partition("}")[0] for part in text.split("${")[1:]]


def _joined(argument: Any) -> Iterator[str]:
    delimiter, items = argument
    yield from _parts(items)
    if isinstance(items, list):
        yield str(delimiter).join(item if isinstance(item, str) else "" for item in items)


def _either(argument: Any) -> Iterator[str]:
    # A condition may have the name of a function.
    yield from _parts(argument[1:])


_OF_INTRINSICS: Mapping[str, Callable[[Any], Iterator[str]]] = {
    "Fn::GetAtt": _attribute,
    "Fn::Sub": _substituted,
    "Fn::Join": _joined,
    "Fn::If": _either,
}


def _chosen(value: Any, leads: _Leads, *, silent: Any, otherwise: Callable[[Any], Any]) -> Any:
    """Give what stands for a value: `silent` where it leads to a function, in each branch of ``Fn::If`` apart."""
    if isinstance(value, Mapping) and "Fn::If" in value and leads(value):
        condition, *branches = value["Fn::If"]
        return {"Fn::If": [condition, *(_chosen(one, leads, silent=silent, otherwise=otherwise) for one in branches)]}
    return silent if leads(value) else otherwise(value)


def _listed(entries: Any, leads: _Leads, *, by: str) -> Any:
    """Give a list without the entries whose property `by` leads to a function."""
    if isinstance(entries, list):
        kept = [_entry(entry, leads, by=by) for entry in entries]
        return [entry for entry in kept if entry != _NO_VALUE]
    return _branches(entries, lambda branch: _listed(branch, leads, by=by))


def _entry(entry: Any, leads: _Leads, *, by: str) -> Any:
    if isinstance(entry, Mapping) and by in entry:
        return _chosen(entry[by], leads, silent=_NO_VALUE, otherwise=lambda value: {**entry, by: value})
    return _branches(entry, lambda branch: _entry(branch, leads, by=by))


def _branches(value: Any, change: Callable[[Any], Any]) -> Any:
    """Change both branches of an ``Fn::If``; anything else stays."""
    if isinstance(value, Mapping) and "Fn::If" in value:
        condition, *branches = value["Fn::If"]
        return {"Fn::If": [condition, *(change(branch) for branch in branches)]}
    return value


def _rule(properties: _Properties, leads: _Leads) -> _Properties:
    if "Targets" not in properties:
        return properties
    return {**properties, "Targets": _listed(properties["Targets"], leads, by="Arn")}


def _topic(properties: _Properties, leads: _Leads) -> _Properties:
    if "Subscription" not in properties:
        return properties
    return {**properties, "Subscription": _listed(properties["Subscription"], leads, by="Endpoint")}


def _subscription(properties: _Properties, leads: _Leads) -> _Properties:
    # The protocol says it too when the endpoint is an import.
    to_function: _Leads = leads if properties.get("Protocol") != "lambda" else lambda _endpoint: True
    endpoint, policy = properties.get("Endpoint"), properties.get("FilterPolicy", _NO_VALUE)
    if not to_function(endpoint):
        return properties
    scope = properties.get("FilterPolicyScope", _NO_VALUE)
    return {
        **properties,
        "FilterPolicy": _chosen(endpoint, to_function, silent=_UNMATCHED_MESSAGE, otherwise=lambda _: policy),
        "FilterPolicyScope": _chosen(endpoint, to_function, silent="MessageAttributes", otherwise=lambda _: scope),
    }


def _mapping(properties: _Properties, _leads: _Leads) -> _Properties:
    return {**properties, "Enabled": False}


def _bucket(properties: _Properties, _leads: _Leads) -> _Properties:
    if "NotificationConfiguration" not in properties:
        return properties
    return {**properties, "NotificationConfiguration": _notifications(properties["NotificationConfiguration"])}


def _notifications(configuration: Any) -> Any:
    if isinstance(configuration, Mapping) and "Fn::If" not in configuration:
        # The second name is that of S3's own API, which the custom resource of the CDK takes.
        left_out = {"LambdaConfigurations", "LambdaFunctionConfigurations"}
        return {name: value for name, value in configuration.items() if name not in left_out}
    return _branches(configuration, _notifications)


def _switched(*, by: Callable[[_Properties], Any], name: str, off: str) -> Callable[[_Properties, _Leads], _Properties]:
    """Give a muting that switches a resource off when what `by` takes from its properties leads to a function."""

    def switched(properties: _Properties, leads: _Leads) -> _Properties:
        if not leads(by(properties)):
            return properties
        as_it_is = properties.get(name, _NO_VALUE)
        return {**properties, name: _chosen(by(properties), leads, silent=off, otherwise=lambda _: as_it_is)}

    return switched


_MUTED: Mapping[str, Callable[[_Properties, _Leads], _Properties]] = {
    "AWS::Events::Rule": _rule,
    "AWS::SNS::Topic": _topic,
    "AWS::SNS::Subscription": _subscription,
    "AWS::Lambda::EventSourceMapping": _mapping,
    "AWS::S3::Bucket": _bucket,
    "Custom::S3BucketNotifications": _bucket,
    # The target of a schedule may also be Lambda's API, `arn:aws:scheduler:::aws-sdk:lambda:invoke`.
    "AWS::Scheduler::Schedule": _switched(
        by=lambda properties: properties.get("Target", {}).get("Arn"), name="State", off="DISABLED"
    ),
    "AWS::Logs::SubscriptionFilter": _switched(
        by=lambda properties: properties.get("DestinationArn"), name="FilterPattern", off=_UNMATCHED_LINE
    ),
    "AWS::Pipes::Pipe": _switched(
        by=lambda properties: [properties.get("Target"), properties.get("Enrichment")],
        name="DesiredState",
        off="STOPPED",
    ),
}
