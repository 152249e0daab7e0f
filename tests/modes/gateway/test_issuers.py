"""Where the keys of an issuer come from."""

from __future__ import annotations

from pathlib import Path

import pytest

from harness.cloud.account import Cloud, embedded_cloud
from harness.errors import NotOffered
from harness.modes.gateway.played import published_keys


@pytest.fixture
def pool(cloud: Cloud) -> str:
    """The id of a pool in the embedded cloud."""
    return str(cloud.client("cognito-idp").create_user_pool(PoolName="people")["UserPool"]["Id"])


@pytest.mark.parametrize("suffix", ["amazonaws.com", "api.aws"])
def test_a_pool_of_the_stage_is_asked_in_the_embedded_cloud(cloud: Cloud, pool: str, suffix: str) -> None:
    """Its tokens name AWS as their issuer all the same."""
    found = published_keys(f"https://cognito-idp.us-east-1.{suffix}/{pool}", cloud=cloud)

    assert found["keys"]


@pytest.mark.parametrize(
    "issuer",
    [
        "https://cognito-idp.eu-west-1.amazonaws.com/eu-west-1_AbCdEf",
        "https://COGNITO-IDP.eu-west-1.AMAZONAWS.com./eu-west-1_AbCdEf",
        "https://cognito-idp.cn-north-1.amazonaws.com.cn/cn-north-1_AbCdEf",
        "https://keys.s3.us-east-1.amazonaws.com",
        "https://shop.auth.us-east-1.amazoncognito.com",
    ],
)
def test_any_other_issuer_in_aws_is_not_asked(tmp_path: Path, issuer: str) -> None:
    """Nothing listens where the cloud is said to be, so nobody is asked at all."""
    nowhere = embedded_cloud("http://127.0.0.1:9", folder=tmp_path, region="us-east-1")

    with pytest.raises(NotOffered) as caught:
        published_keys(issuer, cloud=nowhere)

    assert str(caught.value) == (
        f"The keys of the issuer {issuer!r} are in AWS, of which the embedded stage asks nothing.\n"
        "  region of the stage: us-east-1\n"
        "  let the template name a pool of its own as the issuer: "
        "https://cognito-idp.${AWS::Region}.amazonaws.com/${Pool}"
    )
