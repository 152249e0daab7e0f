"""What services answer when they throttle, fail, or find credentials expired, in the form of each."""

from __future__ import annotations

import json
import uuid

from tests.weather.asked import Asked

__all__ = ["answer_of"]

# Kinesis and DynamoDB: https://docs.aws.amazon.com/amazondynamodb/latest/developerguide/Programming.Errors.html
# Cognito: TooManyRequestsException, 400. Lambda: the same, 429. SQS: RequestThrottled. S3: 503 SlowDown. The services
# of the query protocol share https://docs.aws.amazon.com/IAM/latest/APIReference/CommonErrors.html.
_THROTTLES = {
    "cognito-idp": (400, "TooManyRequestsException"),
    "dynamodb": (400, "ProvisionedThroughputExceededException"),
    "kinesis": (400, "ProvisionedThroughputExceededException"),
    "lambda": (429, "TooManyRequestsException"),
    "apigateway": (429, "TooManyRequestsException"),
    "s3": (503, "SlowDown"),
    "sqs": (400, "RequestThrottled"),
}
_FAILURES = {"lambda": (500, "ServiceException"), "s3": (500, "InternalError")}
_SAID = {"throttled": "Rate exceeded", "failed": "An internal error occurred", "expired": "The token has expired"}


def answer_of(fault: str, asked: Asked) -> tuple[int, dict[str, str], bytes]:
    """Give status, headers and body of an answer that a service gives in bad weather."""
    of_xml = asked.protocol in {"query", "s3"}
    if fault == "throttled":
        default = (400, "Throttling" if of_xml else "ThrottlingException")
        status, code = _THROTTLES.get(asked.service, default)
    elif fault == "failed":
        status, code = _FAILURES.get(asked.service, (500, "InternalFailure"))
    else:
        status, code = (
            (403 if asked.protocol in {"query", "rest-json"} else 400),
            ("ExpiredToken" if of_xml else "ExpiredTokenException"),
        )
    return _in_the_form_of(asked, status=status, code=code, said=_SAID[fault])


def _in_the_form_of(asked: Asked, *, status: int, code: str, said: str) -> tuple[int, dict[str, str], bytes]:
    request = str(uuid.uuid4())
    if asked.protocol == "query":
        told = f"<Error><Type>Sender</Type><Code>{code}</Code><Message>{said}</Message></Error>"
        text = f"<ErrorResponse>{told}<RequestId>{request}</RequestId></ErrorResponse>"
        return status, {"Content-Type": "text/xml", "x-amzn-RequestId": request}, text.encode()
    if asked.protocol == "s3":
        text = f"<Error><Code>{code}</Code><Message>{said}</Message><RequestId>{request}</RequestId></Error>"
        return status, {"Content-Type": "application/xml", "x-amz-request-id": request}, text.encode()
    if asked.protocol == "cbor":
        body = b"\xa2" + b"".join(map(_cbor, ("__type", code, "message", said)))
        return status, {"Content-Type": "application/cbor", "smithy-protocol": "rpc-v2-cbor"}, body
    headers = {"Content-Type": "application/x-amz-json-1.1", "x-amzn-RequestId": request, "x-amzn-ErrorType": code}
    return status, headers, json.dumps({"__type": code, "message": said}).encode()


def _cbor(text: str) -> bytes:
    """Write a text of up to 255 bytes as RFC 8949 has it."""
    encoded = text.encode()
    return bytes([0x78, len(encoded)]) + encoded
