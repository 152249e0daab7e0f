"""SAM, translated into plain CloudFormation by AWS's own translator, without a call to AWS."""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from harness.errors import MalformedTemplate
from harness.system.order import in_order

__all__ = ["is_sam", "translated"]

_TRANSFORM = "AWS::Serverless-2016-10-31"


@dataclass(frozen=True)
class _Session:
    """What the translator asks of a boto3 session: the region, from which it takes the partition."""

    region_name: str


def is_sam(document: Mapping[str, Any]) -> bool:
    """Say whether a template asks for the transform of SAM."""
    return _TRANSFORM in _transforms(document)


def _transforms(document: Mapping[str, Any]) -> list[Any]:
    transforms = document.get("Transform", [])
    return transforms if isinstance(transforms, list) else [transforms]


def translated(
    document: Mapping[str, Any], parameters: Mapping[str, Any], *, region: str, template: Path
) -> dict[str, Any]:
    """Give the plain CloudFormation of a SAM template; other transforms that it asks for stay.

    Args:
        document: The template; local code must look like S3 already.
        parameters: The value of every parameter, defaults included.
        region: Where it is deployed.
        template: The file, for errors.

    Raises:
        MalformedTemplate: The translator refuses the template; the error has each of its messages.
    """
    from samtranslator.model.exceptions import ExceptionWithMessage  # noqa: PLC0415 - the translator takes 0.6 s

    _refuse_published_applications(document, template=template)
    try:
        plain = _translate(document, parameters, region=region)
    except ExceptionWithMessage as error:
        causes = getattr(error, "causes", [error])
        raise MalformedTemplate(
            f"SAM refuses the template {str(template)!r}.",
            facts=[(f"reason {number}", cause.message) for number, cause in enumerate(causes, start=1)],
        ) from None
    others = [transform for transform in _transforms(document) if transform != _TRANSFORM]
    return {**plain, "Transform": others} if others else plain


def _translate(document: Mapping[str, Any], parameters: Mapping[str, Any], *, region: str) -> dict[str, Any]:
    # These take 0.6 s, so a template that is in the cache does without.
    from samtranslator.parser.parser import Parser  # noqa: PLC0415
    from samtranslator.translator.translator import Translator  # noqa: PLC0415
    from samtranslator.utils.py27hash_fix import (  # noqa: PLC0415
        to_py27_compatible_template,
        undo_mark_unicode_str_in_template,
    )

    # It warns of metrics that it does not send and of a toggle that only AWS has.
    logging.getLogger("samtranslator").setLevel(logging.ERROR)
    # The translator changes what it is given, and anchors of YAML make parts of it one object.
    copied, values = json.loads(json.dumps([document, parameters]))
    # Logical ids of API deployments hash the API as Python 2.7 printed it; so they become the ids that AWS makes.
    to_py27_compatible_template(copied, values)
    translator = Translator(None, Parser(), boto_session=_Session(region))
    # Names of managed policies are known to the translator; a newer one stays a name instead of being asked of IAM.
    plain = translator.translate(copied, values, passthrough_metadata=True, get_managed_policy_map=dict)
    return in_order(json.loads(json.dumps(undo_mark_unicode_str_in_template(plain))), document)


def _refuse_published_applications(document: Mapping[str, Any], *, template: Path) -> None:
    for name, resource in document["Resources"].items():
        location = (resource.get("Properties") or {}).get("Location")
        if resource["Type"] == "AWS::Serverless::Application" and isinstance(location, dict):
            raise MalformedTemplate(
                f"The application {name!r} comes from the Serverless Application Repository, which needs AWS.",
                facts=[("declared in", template)],
                remedy="Put its template beside this one and name that file as its Location.",
            )
