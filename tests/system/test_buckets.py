"""What buckets tell."""

from __future__ import annotations

from collections.abc import Callable

from harness.system.model import Notification, System

PLAIN = """
    Parameters: {Name: {Type: String, Default: shop-photos}}
    Resources:
      Work: {Type: AWS::SQS::Queue}
      Told: {Type: AWS::SNS::Topic}
      Resize: {Type: AWS::Lambda::Function, Properties: {Code: functions/, Handler: a.handler, Runtime: python3.12}}
      Photos:
        Type: AWS::S3::Bucket
        Properties:
          BucketName: !Ref Name
          NotificationConfiguration:
            EventBridgeConfiguration: {EventBridgeEnabled: "true"}
            LambdaConfigurations:
              - Event: s3:ObjectCreated:*
                Function: !GetAtt Resize.Arn
                Filter: {S3Key: {Rules: [{Name: Prefix, Value: in/}, {Name: suffix, Value: .jpg}]}}
              - {Event: "s3:ObjectRemoved:Delete", Function: !GetAtt Resize.Arn}
            QueueConfigurations: [{Event: "s3:ObjectCreated:Put", Queue: !GetAtt Work.Arn}]
            TopicConfigurations: [{Event: "s3:ObjectCreated:Copy", Topic: !Ref Told}]
      Silent: {Type: AWS::S3::Bucket}
      OnBus: {Type: AWS::S3::Bucket, Properties: {NotificationConfiguration: {EventBridgeConfiguration: {}}}}
      OffBus:
        Type: AWS::S3::Bucket
        Properties: {NotificationConfiguration: {EventBridgeConfiguration: {EventBridgeEnabled: false}}}
"""

CDK = """
    Resources:
      Photos: {Type: AWS::S3::Bucket}
      Work: {Type: AWS::SQS::Queue}
      Told: {Type: AWS::SNS::Topic}
      Resize: {Type: AWS::Lambda::Function, Properties: {Code: functions/, Handler: a.handler, Runtime: python3.12}}
      PhotosNotifications:
        Type: Custom::S3BucketNotifications
        Properties:
          ServiceToken: !GetAtt Resize.Arn
          BucketName: !Ref Photos
          Managed: true
          NotificationConfiguration:
            EventBridgeConfiguration: {}
            LambdaFunctionConfigurations:
              - Events: ["s3:ObjectCreated:Put", "s3:ObjectCreated:Post"]
                Filter: {Key: {FilterRules: [{Name: suffix, Value: .png}, {Name: prefix, Value: in/}]}}
                LambdaFunctionArn: !GetAtt Resize.Arn
            QueueConfigurations: [{Events: ["s3:ObjectRemoved:*"], QueueArn: !GetAtt Work.Arn}]
            TopicConfigurations: [{Events: ["s3:ObjectRemoved:*"], TopicArn: !Ref Told}]
"""

SAM = """
    Transform: AWS::Serverless-2016-10-31
    Resources:
      Photos: {Type: AWS::S3::Bucket}
      Resize:
        Type: AWS::Serverless::Function
        Properties:
          CodeUri: functions/
          Handler: a.handler
          Runtime: python3.12
          AutoPublishAlias: live
          Events:
            Uploaded:
              Type: S3
              Properties:
                Bucket: !Ref Photos
                Events: ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"]
                Filter: {S3Key: {Rules: [{Name: prefix, Value: in/}]}}
"""


def notification(number: int, event: str, target: str, **more: str) -> Notification:
    """One of the bucket Photos."""
    return Notification(name=f"Photos[{number}]", bucket="Photos", events=(event,), target=target, **more)


def test_notifications_lead_to_functions_queues_and_topics(system_of: Callable[..., System]) -> None:
    """They are called after their bucket; the name of a filter may be in capitals."""
    found = system_of(PLAIN).notifications

    assert [
        notification(0, "s3:ObjectCreated:*", "Resize", prefix="in/", suffix=".jpg"),
        notification(1, "s3:ObjectRemoved:Delete", "Resize"),
        notification(2, "s3:ObjectCreated:Put", "Work"),
        notification(3, "s3:ObjectCreated:Copy", "Told"),
    ] == list(found.values())


def test_notifications_of_the_cdk_are_read(system_of: Callable[..., System]) -> None:
    """There they are a resource of their own, with the names of S3's API."""
    found = system_of(CDK).notifications["Photos[0]"]

    assert (
        Notification(
            name="Photos[0]",
            bucket="Photos",
            events=("s3:ObjectCreated:Put", "s3:ObjectCreated:Post"),
            target="Resize",
            prefix="in/",
            suffix=".png",
        )
        == found
    )


def test_queues_and_topics_of_the_cdk_are_read(system_of: Callable[..., System]) -> None:
    """Their ARNs have names of their own there."""
    found = system_of(CDK).notifications

    assert ["Resize", "Work", "Told"] == [notification.target for notification in found.values()]


def test_notifications_of_sam_are_read(system_of: Callable[..., System]) -> None:
    """The translator writes them into the bucket, one for each event, and means the alias."""
    found = system_of(SAM).notifications

    assert [
        notification(0, "s3:ObjectCreated:*", "Resize", prefix="in/"),
        notification(1, "s3:ObjectRemoved:*", "Resize", prefix="in/"),
    ] == list(found.values())


def test_buckets_tell_the_bus(system_of: Callable[..., System]) -> None:
    """An empty configuration switches it on."""
    assert {"Photos", "OnBus"} == system_of(PLAIN).buckets_on_bus


def test_buckets_of_the_cdk_tell_the_bus(system_of: Callable[..., System]) -> None:
    """The custom resource switches it on as well."""
    assert {"Photos"} == system_of(CDK).buckets_on_bus
