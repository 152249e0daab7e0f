"""Secret parameters that a test brings."""

from __future__ import annotations

import pytest

from harness import parameters
from harness.cloud.account import Cloud
from harness.errors import MisusedStep


def test_a_secret_parameter_is_there_and_then_gone(cloud: Cloud) -> None:
    """It is a SecureString under the key, and nothing stays."""
    ssm = cloud.client("ssm")
    key = cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]

    with parameters.secret_parameter(cloud, name="/a/secret", value="s3cret", key=key):
        found = ssm.get_parameter(Name="/a/secret", WithDecryption=True)["Parameter"]

    assert (found["Type"], found["Value"]) == ("SecureString", "s3cret")
    assert ssm.get_parameters(Names=["/a/secret"])["InvalidParameters"] == ["/a/secret"]


def test_a_secret_parameter_that_was_there_comes_back(cloud: Cloud) -> None:
    """What it was before is restored."""
    ssm = cloud.client("ssm")
    key = cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]

    with parameters.secret_parameter(cloud, name="/b/secret", value="before", key=key):
        with parameters.secret_parameter(cloud, name="/b/secret", value="during", key=key):
            pass
        found = ssm.get_parameter(Name="/b/secret", WithDecryption=True)["Parameter"]

    assert found["Value"] == "before"


def test_a_parameter_that_somebody_took_away_is_no_error(cloud: Cloud) -> None:
    """There is nothing to take away any more."""
    key = cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]

    with parameters.secret_parameter(cloud, name="/e/secret", value="s3cret", key=key):
        cloud.client("ssm").delete_parameter(Name="/e/secret")

    assert cloud.client("ssm").get_parameters(Names=["/e/secret"])["Parameters"] == []


def test_a_parameter_of_another_type_is_refused(cloud: Cloud) -> None:
    """SSM changes no type, and to delete it takes it from others for half a minute; it stays as it was."""
    ssm = cloud.client("ssm")
    ssm.put_parameter(Name="/c/plain", Value="before", Type="String")

    with pytest.raises(MisusedStep) as caught, parameters.secret_parameter(cloud, name="/c/plain", value="x", key="k"):
        pass
    after = ssm.get_parameter(Name="/c/plain")["Parameter"]
    ssm.delete_parameter(Name="/c/plain")

    assert ("String", "before", 1) == (after["Type"], after["Value"], after["Version"])
    assert str(caught.value) == (
        "The parameter '/c/plain' is there as a String, and cannot become a SecureString.\n"
        "  why: SSM changes no type, and takes a name again only 30 s after it was deleted\n"
        "  give the secret another name, or delete the parameter"
    )


def test_the_tier_stays(cloud: Cloud) -> None:
    """An advanced parameter cannot become a standard one, neither on the way there nor on the way back."""
    ssm, key = cloud.client("ssm"), cloud.client("kms").create_key()["KeyMetadata"]["KeyId"]
    ssm.put_parameter(Name="/t/secret", Value="before", Type="SecureString", Tier="Advanced")
    filters = {"ParameterFilters": [{"Key": "Name", "Values": ["/t/secret"]}]}
    put: list[str] = []
    watch = {
        "event_name": "provide-client-params.ssm.PutParameter",
        "handler": lambda params, **_: put.append(params["Tier"]),
    }
    ssm.meta.events.register(**watch)

    with parameters.secret_parameter(cloud, name="/t/secret", value="during", key=key):
        pass
    ssm.meta.events.unregister(**watch)
    (after,) = ssm.describe_parameters(**filters)["Parameters"]
    ssm.delete_parameter(Name="/t/secret")

    assert (["Advanced", "Advanced"], "Advanced") == (put, after["Tier"])
