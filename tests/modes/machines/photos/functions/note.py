import json
import os

import boto3


def handler(event, context):
    boto3.client("sns").publish(TopicArn=os.environ["SEEN"], Message=json.dumps({"noted": event["detail"]["file"]}))
