"""Functions: settings that the embedded cloud dropped, and addresses of AWS in their environment."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from harness.cloud.account import Cloud
from harness.cloud.addresses import bare, translate
from harness.cloud.completing.wanted import Wanted, is_known
from harness.cloud.names import Names

__all__ = ["complete"]

# Names of CloudFormation and of Lambda's API.
_SETTINGS = {
    "DeadLetterConfig": "DeadLetterConfig",
    "EphemeralStorage": "EphemeralStorage",
    "Handler": "Handler",
    "KmsKeyArn": "KMSKeyArn",
    "MemorySize": "MemorySize",
    "Role": "Role",
    "Runtime": "Runtime",
    "Timeout": "Timeout",
    "TracingConfig": "TracingConfig",
}
# They are read back as they were written, but the embedded cloud has no network and no file systems.
_WITHOUT_EFFECT = {
    "CodeSigningConfigArn": "its code's signature is not checked",
    "FileSystemConfigs": "no file system is mounted",
    "VpcConfig": "it runs in no VPC",
}


def complete(wanted: Wanted, *, cloud: Cloud, names: Names) -> list[str]:
    """Complete a function: one call for all its settings, only when one differs."""
    client = cloud.client("lambda")
    have = client.get_function_configuration(FunctionName=wanted.physical)
    differing = _differing(wanted, have)
    variables = have.get("Environment", {}).get("Variables", {})
    translated = {key: translate(value, cloud=cloud, names=names) for key, value in variables.items()}
    changed = sorted(key for key, value in variables.items() if translated[key] != value)
    if differing or changed:
        client.update_function_configuration(
            FunctionName=wanted.physical,
            **{_SETTINGS[name]: value for name, value in differing.items()},
            **({"Environment": {"Variables": translated}} if changed else {}),
        )
        have = client.get_function_configuration(FunctionName=wanted.physical)
    return [
        *wanted.lines(differing, _differing(wanted, have)),
        *([wanted.done(f"addresses in {', '.join(changed)}")] if changed else []),
        *_concurrency(wanted, client=client),
        *_left(wanted, have, translated, names=names),
    ]


def _differing(wanted: Wanted, have: Mapping[str, Any]) -> dict[str, Any]:
    declared = {name: wanted.properties[name] for name in _SETTINGS if name in wanted.properties}
    return {
        name: value
        for name, value in declared.items()
        if is_known(value) and not _same(value, have.get(_SETTINGS[name]))
    }


def _same(declared: Any, there: Any) -> bool:
    # CloudFormation takes numbers as text as well.
    if isinstance(declared, str) and isinstance(there, int):
        return declared == str(there)
    return bool(declared == there)


def _concurrency(wanted: Wanted, *, client: Any) -> list[str]:
    reserved = wanted.properties.get("ReservedConcurrentExecutions")
    if reserved is None or not is_known(reserved):
        return []
    found = client.get_function_concurrency(FunctionName=wanted.physical)
    if found.get("ReservedConcurrentExecutions") == int(reserved):
        return []
    client.put_function_concurrency(FunctionName=wanted.physical, ReservedConcurrentExecutions=int(reserved))
    return [wanted.done("ReservedConcurrentExecutions")]


def _left(wanted: Wanted, have: Mapping[str, Any], variables: Mapping[str, str], *, names: Names) -> list[str]:
    missing = [text for name, text in _WITHOUT_EFFECT.items() if wanted.properties.get(name)]
    if have.get("PackageType", "Zip") == "Zip" and not have.get("CodeSize"):
        missing.append("its code did not arrive")
    if len(have.get("Layers", [])) < len(wanted.properties.get("Layers") or []):
        missing.append("a layer did not arrive")
    missing += [
        f"{key} holds the address {host!r} without https://, so that it cannot be translated"
        for key, value in variables.items()
        if (host := bare(value, names=names))
    ]
    return [wanted.not_done(text) for text in missing]
