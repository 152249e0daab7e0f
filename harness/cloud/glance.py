"""A glance at a stack of the embedded cloud: the one call of a warm start, without what a boto3 client costs.

A client of CloudFormation takes a tenth of a second to make, for its model and its endpoint rules. A run that finds
everything deployed needs it for nothing else.
"""

from __future__ import annotations

import http.client
from typing import Any
from urllib.parse import urlencode
from xml.etree import ElementTree as ET

from harness.cloud.account import Cloud

__all__ = ["glance"]

_WITHIN = 5.0


def glance(cloud: Cloud, stack: str) -> dict[str, Any] | None:
    """Give id, status and tags of a stack, as boto3's ``describe_stacks`` names them.

    None says that a glance was not enough: there is no such stack, or the answer was not understood. Then it is for
    boto3 to ask, and to say what is wrong.

    Args:
        cloud: The embedded cloud.
        stack: The name of the stack.
    """
    body = urlencode({"Action": "DescribeStacks", "Version": "2010-05-15", "StackName": stack})
    host, _, port = str(cloud.endpoint).removeprefix("http://").partition(":")
    connection = http.client.HTTPConnection(host, int(port), timeout=_WITHIN)
    try:
        connection.request("POST", "/", body=body, headers=_signed(cloud, body))
        answer = connection.getresponse()
        return _read(answer.read()) if answer.status == http.HTTPStatus.OK else None
    except (OSError, http.client.HTTPException, ET.ParseError):
        return None
    finally:
        connection.close()


def _signed(cloud: Cloud, body: str) -> dict[str, str]:
    from botocore.auth import SigV4Auth  # noqa: PLC0415 - `import harness` must not load botocore
    from botocore.awsrequest import AWSRequest  # noqa: PLC0415
    from botocore.credentials import Credentials  # noqa: PLC0415

    headers = {"Content-Type": "application/x-www-form-urlencoded"}
    request = AWSRequest(method="POST", url=f"{cloud.endpoint}/", data=body, headers=headers)
    SigV4Auth(Credentials(*cloud.credentials()), "cloudformation", cloud.region).add_auth(request)
    return dict(request.headers)


def _read(answer: bytes) -> dict[str, Any] | None:
    stack = ET.fromstring(answer).find("{*}DescribeStacksResult/{*}Stacks/{*}member")  # noqa: S314 - our own child
    if stack is None:
        return None
    tags = stack.findall("{*}Tags/{*}member")
    return {
        "StackId": stack.findtext("{*}StackId", ""),
        "StackStatus": stack.findtext("{*}StackStatus", ""),
        "Tags": [{"Key": tag.findtext("{*}Key", ""), "Value": tag.findtext("{*}Value", "")} for tag in tags],
    }
