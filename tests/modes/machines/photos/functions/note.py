import json
import os
from typing import Any

import boto3


def handler(event: Any, context: Any) -> Any:
    boto3.client("sns").publish(TopicArn=os.environ["SEEN"], Message=json.dumps({"noted": event["detail"]["file"]}))
