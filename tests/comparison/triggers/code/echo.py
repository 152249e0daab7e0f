"""Functions that keep the event they get, and what Lambda tells them besides, in a table."""

import json
import os
import time
from typing import Any

import boto3

TABLE = boto3.resource("dynamodb").Table(os.environ["TABLE"])


def keep(event: Any, context: Any) -> dict[str, Any]:
    """Keep the event, and answer as a field of GraphQL and a state of a machine may."""
    _keep(event, context)
    return {"id": "kept", "name": "é"}


def fail(event: Any, context: Any) -> str:
    """Keep the event, and fail unless it says otherwise."""
    _keep(event, context)
    if isinstance(event, dict) and event.get("succeed"):
        return "done é"
    raise ValueError("it fails é")


def _keep(event: Any, context: Any) -> None:
    told = {
        "aws_request_id": context.aws_request_id,
        "invoked_function_arn": context.invoked_function_arn,
        "function_name": context.function_name,
        "function_version": context.function_version,
        "memory_limit_in_mb": context.memory_limit_in_mb,
        "log_group_name": context.log_group_name,
        "identity": [context.identity.cognito_identity_id, context.identity.cognito_identity_pool_id],
        "client_context": context.client_context,
        "tenant_id": context.tenant_id,
        "milliseconds_left": 0 < context.get_remaining_time_in_millis() <= 5000,
    }
    item = {
        "function": context.function_name,
        "moment": f"{time.time_ns()}",
        "event": json.dumps(event),
        "context": json.dumps(told),
    }
    TABLE.put_item(Item=item)
