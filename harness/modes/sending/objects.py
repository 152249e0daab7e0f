"""Objects put into a bucket for real."""

from __future__ import annotations

from harness.brought import putting_object
from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.modes.limits import insist_on_object
from harness.modes.messages import Upload
from harness.modes.sending.delivering import Delivery
from harness.modes.sending.given import given

__all__ = ["put_object"]


def put_object(upload: Upload, *, cloud: Cloud, names: Names) -> str:
    """Put an object into a bucket and give its version, or its ETag where the bucket keeps no versions.

    It is taken away when the run ends, unless there was one of its key before: that one was the test's to overwrite.

    Raises:
        NotPublished: S3 does not take it.
    """
    __tracebackhide__ = True
    if cloud.embedded:
        insist_on_object(upload)
    s3, bucket = cloud.client("s3"), names.physical[upload.bucket]
    putting_object(cloud, bucket=bucket, key=upload.key)
    optional = {"ContentType": upload.content_type or None, "Metadata": dict(upload.metadata) or None}
    # S3 tells of each time that an object is put.
    with Delivery(f"bucket {upload.bucket!r}", cloud=cloud):
        answer = s3.put_object(Bucket=bucket, Key=upload.key, Body=upload.content, **given(optional))
    return str(answer.get("VersionId") or answer["ETag"])
