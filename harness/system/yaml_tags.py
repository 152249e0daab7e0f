"""CloudFormation's short tags for YAML."""

from __future__ import annotations

from typing import Any

import yaml

__all__ = ["loader"]

# With libyaml a template of a thousand lines takes 10 ms instead of 100; not every build of PyYAML has it.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class _TemplateLoader(_Loader):  # type: ignore[misc] # which class it is depends on how PyYAML was built
    """A safe loader that knows the short tags, leaves dates alone and reads every key as text."""


def loader() -> type[Any]:
    """Give a loader for CloudFormation's YAML."""
    return _TemplateLoader


def _tagged(loading: Any, suffix: str, node: Any) -> dict[str, Any]:
    value = _plain(loading, node)
    if suffix == "GetAtt" and isinstance(value, str):
        value = value.split(".", 1)
    return {suffix if suffix in {"Ref", "Condition"} else f"Fn::{suffix}": value}


def _plain(loading: Any, node: Any) -> Any:
    if isinstance(node, yaml.ScalarNode):
        return loading.construct_scalar(node)
    if isinstance(node, yaml.SequenceNode):
        return loading.construct_sequence(node, deep=True)
    return _mapping(loading, node)


def _mapping(loading: Any, node: Any) -> dict[str, Any]:
    loading.flatten_mapping(node)
    # JSON knows only text as a key, so the status code 200 of an API is "200", as in CloudFormation.
    return {_key(loading, key): loading.construct_object(value, deep=True) for key, value in node.value}


def _key(loading: Any, node: Any) -> str:
    return str(node.value if isinstance(node, yaml.ScalarNode) else loading.construct_object(node, deep=True))


_TemplateLoader.add_multi_constructor("!", _tagged)
_TemplateLoader.add_constructor("tag:yaml.org,2002:map", _mapping)
# An unquoted "Version: 2012-10-17" is text to CloudFormation.
_TemplateLoader.add_constructor("tag:yaml.org,2002:timestamp", lambda loading, node: loading.construct_scalar(node))
