"""The names of a stage: what CloudFormation and Lambda made of the template."""

from __future__ import annotations

import json
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import asdict, replace
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from harness._files import write
from harness._text import listed
from harness.cloud import stacks
from harness.cloud.account import Cloud
from harness.cloud.addresses import address_of, translate, url_address
from harness.cloud.deploying import Deployment
from harness.cloud.faults import gone_is_fine, translated
from harness.cloud.names import FunctionNames, Names
from harness.cloud.stacks import FINGERPRINT
from harness.errors import NotDeployed
from harness.system.model import Api, System

__all__ = ["resolve_names", "url_of"]

# From here on a pool of threads is quicker than one call after the other.
_MANY = 4
_AT_ONCE = 8

_DEPLOYED = ["CREATE_COMPLETE", "UPDATE_COMPLETE", "UPDATE_ROLLBACK_COMPLETE", "IMPORT_COMPLETE"]


def resolve_names(
    system: System, *, cloud: Cloud, stack: str, deployment: Deployment | None = None, anew: bool = False
) -> Names:
    """Give the names of a stage.

    In the embedded cloud they are kept, so that a second run asks nothing: there a stage changes only
    through `deploy`, or by hand. Addresses of AWS in environments and outputs are translated to the embedded ones.

    Args:
        system: The system that is deployed.
        cloud: Where it is deployed.
        stack: The name of its stack.
        deployment: What `deploy` gave, which saves a call.
        anew: Whether the stage is asked as it is now, and nothing kept: somebody may have changed it by hand. Functions
            that are gone are left out.

    Raises:
        NotDeployed: There is no such stack.
    """
    found = None if deployment else _described(system, cloud=cloud, stack=stack)
    version = [deployment.stack_id, deployment.fingerprint] if deployment else _version(found or {})
    place = cloud.folder / "stages" / f"{cloud.account}-{cloud.region}-{stack}.json"
    keeps = cloud.embedded and not anew
    kept = _kept(place, version=version, cloud=cloud) if keeps else None
    if kept is not None:
        return kept
    names = _asked(system, cloud=cloud, found=found or _described(system, cloud=cloud, stack=stack), anew=anew)
    if keeps:
        write(place, json.dumps({"version": [*version, cloud.endpoint], "names": asdict(names)}).encode())
    return names


def _described(system: System, *, cloud: Cloud, stack: str) -> dict[str, Any]:
    found = stacks.describe(cloud, stack)
    if found is not None:
        return found
    pages = cloud.client("cloudformation").get_paginator("list_stacks")
    with translated(cloud):
        others = [
            summary["StackName"]
            for page in pages.paginate(StackStatusFilter=_DEPLOYED)
            for summary in page["StackSummaries"]
        ]
    raise NotDeployed(
        f"The stack {stack!r} is not deployed.",
        facts=[
            ("account", cloud.account),
            ("region", cloud.region),
            ("endpoint", cloud.endpoint or "AWS"),
            ("stacks with a like name", listed(get_close_matches(stack, others, n=5))),
        ],
        remedy=f"Deploy it: harness deploy {system.name} --stage {cloud.stage or '…'}",
    )


def _version(found: Mapping[str, Any]) -> list[str]:
    tags = {tag["Key"]: tag["Value"] for tag in found.get("Tags", [])}
    return [found["StackId"], tags.get(FINGERPRINT, "")]


def _kept(place: Path, *, version: list[str], cloud: Cloud) -> Names | None:
    """Give the names that were kept for this version of the stage; a broken record is no record."""
    try:
        record = json.loads(place.read_bytes())
        if record["version"] != [*version, cloud.endpoint]:
            return None
        names = record["names"]
        functions = {name: FunctionNames(**parts) for name, parts in names.pop("functions").items()}
        return Names(**names, functions=functions)
    except (OSError, ValueError, KeyError, TypeError):
        return None


def _asked(system: System, *, cloud: Cloud, found: Mapping[str, Any], anew: bool) -> Names:
    physical = _physical_ids(cloud, found["StackId"])
    known = Names(
        stack=found["StackName"],
        account=cloud.account,
        region=cloud.region,
        physical=physical,
        apis=_apis(system, cloud=cloud, physical=physical, anew=anew),
    )
    outputs = {output["OutputKey"]: output["OutputValue"] for output in found.get("Outputs", [])}
    return replace(
        known,
        outputs={key: translate(value, cloud=cloud, names=known) for key, value in outputs.items()},
        functions=_functions(system, cloud=cloud, names=known, anew=anew),
    )


def _apis(system: System, *, cloud: Cloud, physical: Mapping[str, str], anew: bool) -> dict[str, str]:
    found = {}
    for api in system.apis.values():
        if api.name in physical:
            with gone_is_fine() if anew else nullcontext():
                found[api.name] = (
                    url_of(api, cloud=cloud, physical=physical)
                    if api.kind == "url"
                    else address_of(physical[api.name], stage=api.stage, cloud=cloud)
                )
    return found


def url_of(api: Api, *, cloud: Cloud, physical: Mapping[str, str]) -> str:
    """Give the address of a function URL, which only Lambda knows: its host name is made up.

    The alias that it belongs to is a part of the physical id, which is the ARN of the function, or its name.
    """
    function = physical[api.routes[0].function]
    target = physical[api.name]
    qualifier = target.rpartition(":")[2] if target.rpartition(":")[0].endswith(function) else ""
    with translated(cloud):
        found = cloud.client("lambda").get_function_url_config(
            FunctionName=function, **({"Qualifier": qualifier} if qualifier else {})
        )
    return url_address(found["FunctionUrl"], cloud=cloud)


def _physical_ids(cloud: Cloud, stack: str) -> dict[str, str]:
    pages = cloud.client("cloudformation").get_paginator("list_stack_resources")
    with translated(cloud):
        return {
            resource["LogicalResourceId"]: resource["PhysicalResourceId"]
            for page in pages.paginate(StackName=stack)
            for resource in page["StackResourceSummaries"]
            if resource.get("PhysicalResourceId") and resource["ResourceStatus"] != "DELETE_COMPLETE"
        }


def _functions(system: System, *, cloud: Cloud, names: Names, anew: bool) -> dict[str, FunctionNames]:
    wanted = [name for name in system.functions if name in names.physical]
    aws_lambda = cloud.client("lambda")

    def asked(name: str) -> FunctionNames | None:
        with gone_is_fine() if anew else nullcontext(), translated(cloud):
            found = aws_lambda.get_function_configuration(FunctionName=names.physical[name])
            variables = found.get("Environment", {}).get("Variables", {})
            return FunctionNames(
                name=found["FunctionName"],
                arn=found["FunctionArn"],
                role=found["Role"],
                environment={key: translate(value, cloud=cloud, names=names) for key, value in variables.items()},
            )
        return None

    if len(wanted) < _MANY:
        answers = [asked(name) for name in wanted]
    else:
        with ThreadPoolExecutor(_AT_ONCE) as pool:
            answers = list(pool.map(asked, wanted))
    return {name: answer for name, answer in zip(wanted, answers, strict=True) if answer is not None}
