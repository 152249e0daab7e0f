"""What really was recorded when a fault was planted: errors, traces and logs, by where they came from.

Those of the embedded cloud are from runs of the suites; those of AWS are its words as people have reported them.
"""

from __future__ import annotations

from harness.cloud.names import FunctionNames, Names
from harness.report.record import ErrorRecord

__all__ = [
    "DENIED_EVENTS",
    "DENIED_INVOKE",
    "DENIED_SCAN",
    "DENIED_TOPIC",
    "LOG_OF_A_DENIAL",
    "LOG_OF_A_KEY",
    "LOG_OF_A_VARIABLE",
    "NAMES",
    "VARIABLE_IN_HANDLER",
    "VARIABLE_IN_INVOKE",
]

_STS = "arn:aws:sts::000000000000:assumed-role"
_ROLES = {
    "GetIndex": "bigmouth-embedded-GetIndexRole-E7814F6E28900",
    "GetRestaurants": "bigmouth-embedded-GetRestaurantsRole-872B59174F4FB",
    "PlaceOrder": "bigmouth-embedded-PlaceOrderRole-9E05AB1D07BE9",
    "NotifyRestaurant": "bigmouth-embedded-NotifyRestaurantRole-0055991227B32",
}
_TOPIC = "arn:aws:sns:us-east-1:000000000000:bigmouth-embedded-RestaurantNotificationTopic-A5F49C41F9FD0"

NAMES = Names(
    stack="bigmouth-embedded",
    account="000000000000",
    region="us-east-1",
    physical={
        "Api": "0ab7186e",
        "EventBus": "bigmouth-embedded",
        "GetRestaurantsConfig": "/bigmouth/embedded/get-restaurants/config",
        "PlaceOrder": "bigmouth-embedded-place-order",
        "PlaceOrderLogGroup": "/aws/lambda/bigmouth-embedded-place-order",
        "PlaceOrderRole": _ROLES["PlaceOrder"],
        "RestaurantNotificationTopic": _TOPIC,
        "RestaurantsTable": "bigmouth-embedded-RestaurantsTable-581053E433B71",
        "SecretsKey": "63b44101-048a-4571-ba1a-3f7513e661c5",
        "TestQueue": "http://127.0.0.1:22032/000000000000/bigmouth-embedded-TestQueue-56D520296E37E",
        "TestSubscription": f"{_TOPIC}:c3bbc53a-3027-4fc3-8f9f-63943e737bb5",
        "UploadBucket": "photos-embedded-uploads",
    },
    functions={
        function: FunctionNames(
            name=function,
            arn=f"arn:aws:lambda:us-east-1:000000000000:function:{function}",
            role=f"arn:aws:iam::000000000000:role/{role}",
        )
        for function, role in _ROLES.items()
    },
)

DENIED_EVENTS = (
    "An error occurred (AccessDeniedException) when calling the PutEvents operation: "
    f"User: {_STS}/{_ROLES['PlaceOrder']}/harness-PlaceOrder is not authorized to perform: events:PutEvents "
    "because no identity-based policy allows the events:PutEvents action"
)
DENIED_TOPIC = (
    "An error occurred (AuthorizationError) when calling the Publish operation: "
    f"User: {_STS}/{_ROLES['NotifyRestaurant']}/harness-NotifyRestaurant is not authorized to perform: sns:Publish "
    "because no identity-based policy allows the sns:Publish action"
)
DENIED_SCAN = (
    "An error occurred (AccessDeniedException) when calling the Scan operation: "
    f"User: {_STS}/{_ROLES['GetRestaurants']}/bigmouth-embedded-get-restaurants is not authorized to perform: "
    "dynamodb:Scan because no identity-based policy allows the dynamodb:Scan action"
)
DENIED_INVOKE = (
    "GET http://127.0.0.1:26637/_aws/execute-api/9ffff2ff/embedded/restaurants answered 403: "
    '{"__type": "AccessDeniedException", "message": '
    f'"User: {_STS}/{_ROLES["GetIndex"]}/harness-GetIndex is not authorized to perform: execute-api:Invoke '
    'because no identity-based policy allows the execute-api:Invoke action"}'
)

# The trace of handler mode ends with the error, that of Lambda with the last frame.
_LOOKED_UP = """\
  File "/project/.harness/packages/478f2ea6/aws_lambda_powertools/logging/logger.py", line 554, in decorate
    return lambda_handler(event, context, *args, **kwargs)
           ^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^^
  File "/project/systems/bigmouth/functions/get_index.py", line 17, in handler
    restaurants = signed.get_json(os.environ["restaurants_api"])
                                  ~~~~~~~~~~^^^^^^^^^^^^^^^^^^^
  File "<frozen os>", line 679, in __getitem__
"""
VARIABLE_IN_HANDLER = ErrorRecord(
    type="KeyError",
    message="'restaurants_api'",
    trace=f"Traceback (most recent call last):\n{_LOOKED_UP}KeyError: 'restaurants_api'\n",
)
VARIABLE_IN_INVOKE = ErrorRecord(type="KeyError", message="'restaurants_api'", trace=_LOOKED_UP)

_REPORT = (
    "REPORT RequestId: bb3393e3-c6ed-4cc2-bf6d-bd59cf2ff98e\tDuration: 442 ms\tBilled Duration: 442 ms\t"
    "Memory Size: 512 MB\tMax Memory Used: 100 MB"
)
LOG_OF_A_VARIABLE = (*_LOOKED_UP.splitlines(), "KeyError: 'restaurants_api'", _REPORT)
LOG_OF_A_DENIAL = (
    '  File "/runtime/lib/python3.11/site-packages/botocore/client.py", line 1094, in _make_api_call',
    "    raise error_class(parsed_response, operation_name)",
    f"botocore.errorfactory.AccessDeniedException: {DENIED_EVENTS}",
    _REPORT,
)
LOG_OF_A_KEY = (
    (
        '  File "/clouds/26637/tmp/ministack-lambda-bigmouth-embedded-notify-restaurant/code/notify_restaurant.py", '
        "line 18, in handler"
    ),
    '    order = event["Detail"]',
    "            ~~~~~^^^^^^^^^^",
    "KeyError: 'Detail'",
    _REPORT,
)
