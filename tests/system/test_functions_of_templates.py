from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from harness.errors import MalformedTemplate, UnknownResource
from harness.system.model import Function, Resource, System
from harness.system.reader import read

SAM = """
    Transform: AWS::Serverless-2016-10-31
    Parameters:
      Code: {Type: String, Default: functions}
      Stage: {Type: String, Default: dev}
    Conditions:
      IsProd: !Equals [!Ref Stage, prod]
    Globals:
      Function:
        CodeUri: functions/
        Runtime: python3.12
        Handler: shop.handler
        Timeout: 6
        Environment: {Variables: {STAGE: !Ref Stage}}
    Resources:
      Role: {Type: AWS::IAM::Role}
      Table: {Type: AWS::DynamoDB::Table}
      Shared: {Type: AWS::Serverless::LayerVersion, Properties: {ContentUri: ./functions}}
      Common:
        Type: AWS::Serverless::Function
        Properties:
          Role: !GetAtt Role.Arn
          Layers: [!Ref Shared, "arn:aws:lambda:us-east-1:017000801446:layer:Powertools:1"]
          MemorySize: !If [IsProd, 1024, 256]
          Environment: {Variables: {TABLE: !Ref Table, SIZE: !If [IsProd, big, small]}}
      Parameterised:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: !Ref Code, Role: !GetAtt Role.Arn}
      Uploaded:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: "s3://bucket/key.zip", Role: !GetAtt Role.Arn}
      Located:
        Type: AWS::Serverless::Function
        Properties: {CodeUri: {Bucket: !Ref Code, Key: key.zip}, Role: !GetAtt Role.Arn}
      OnlyProd:
        Type: AWS::Serverless::Function
        Condition: IsProd
"""

PLAIN = """
    Resources:
      Local: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, Runtime: python3.13, Code: ./functions}}
      Inline: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, Runtime: python3.13, Code: {ZipFile: pass}}}
      Around: {Type: AWS::Lambda::Function, Properties: {Handler: a.b, Runtime: python3.13}}
      Image: {Type: AWS::Lambda::Function, Properties: {PackageType: Image, Code: {ImageUri: a}, Timeout: !Ref Wait}}
"""


def test_sam_functions_are_read(system_of: Callable[..., System]) -> None:
    """Globals, conditions and layers are carried out; what the stage knows stays an intrinsic function."""
    system = system_of(SAM)

    code = system.template.parent / "functions"
    assert Function(
        name="Common",
        handler="shop.handler",
        code=code,
        timeout=6,
        memory=256,
        environment={"STAGE": "dev", "TABLE": {"Ref": "Table"}, "SIZE": "small"},
        layers=(code,),
        role={"Fn::GetAtt": ["Role", "Arn"]},
    ) == system.function("Common")


def test_code_may_be_local_or_not(system_of: Callable[..., System]) -> None:
    """Local code is found through parameters too; code in S3 is not on this machine."""
    system = system_of(SAM)

    code = system.template.parent / "functions"
    assert {"Common": code, "Parameterised": code, "Uploaded": None, "Located": None} == {
        name: function.code for name, function in system.functions.items()
    }


def test_local_code_stays_local_in_cloudformation(system_of: Callable[..., System]) -> None:
    """The template has an absolute path where the deployment will put an address in S3."""
    system = system_of(SAM)

    resources = system.cloudformation["Resources"]
    local = str(system.template.parent / "functions")
    assert (local, local) == (
        resources["Common"]["Properties"]["Code"],
        next(item for item in resources.values() if item["Type"] == "AWS::Lambda::LayerVersion")["Properties"][
            "Content"
        ],
    )
    assert resources["Uploaded"]["Properties"]["Code"] == {"S3Bucket": "bucket", "S3Key": "key.zip"}
    assert resources["Located"]["Properties"]["Code"] == {"S3Bucket": {"Ref": "Code"}, "S3Key": "key.zip"}


def test_conditions_are_not_applied_to_cloudformation(system_of: Callable[..., System]) -> None:
    """What will be deployed has its conditions; what is read has only what they admit."""
    system = system_of(SAM)

    assert system.cloudformation["Resources"]["OnlyProd"]["Condition"] == "IsProd"
    assert "OnlyProd" not in system.functions


def test_a_condition_admits_a_function(system_of: Callable[..., System]) -> None:
    """With another parameter the same template has another function."""
    system = system_of(SAM, parameters={"Stage": "prod"})

    assert (system.functions["Common"].memory, system.functions["OnlyProd"].environment["STAGE"]) == (1024, "prod")


def test_plain_functions_are_read(system_of: Callable[..., System]) -> None:
    """Code is a local folder, inline, an image, or the template's folder when nothing is said."""
    system = system_of(PLAIN)

    folder = system.template.parent
    shared = {"handler": "a.b", "runtime": "python3.13"}
    assert {
        "Local": Function(name="Local", code=folder / "functions", **shared),  # type: ignore[arg-type]
        "Inline": Function(name="Inline", code=None, **shared),  # type: ignore[arg-type]
        "Around": Function(name="Around", code=folder, **shared),  # type: ignore[arg-type]
        "Image": Function(name="Image", code=None, handler="", runtime=""),
    } == system.functions
    assert system.cloudformation["Resources"]["Inline"]["Properties"]["Code"] == {"ZipFile": "pass"}


def test_a_sam_function_without_code_has_the_folder_of_the_template(system_of: Callable[..., System]) -> None:
    """So it is with the packaging of AWS; inline code and images have none."""
    common = "Handler: a.b, Runtime: python3.12"
    system = system_of(f"""
        Transform: AWS::Serverless-2016-10-31
        Resources:
          Around: {{Type: AWS::Serverless::Function, Properties: {{{common}}}}}
          Inline: {{Type: AWS::Serverless::Function, Properties: {{{common}, InlineCode: pass}}}}
          Image: {{Type: AWS::Serverless::Function, Properties: {{PackageType: Image, ImageUri: a/b}}}}
    """)

    folder = system.template.parent
    assert {"Around": folder, "Inline": None, "Image": None} == {
        name: function.code for name, function in system.functions.items()
    }


def test_cdk_says_in_metadata_where_code_is(rest_resources: System) -> None:
    """The asset that the metadata names is the code, for functions and layers."""
    function = rest_resources.functions["Orders7A"]

    folder = rest_resources.template.parent
    assert (
        Function(
            name="Orders7A",
            handler="index.handler",
            code=folder / "asset.1f0e",
            runtime="python3.13",
            layers=(folder / "asset.layer",),
            role={"Fn::GetAtt": ["Role9", "Arn"]},
            architecture="arm64",
        )
        == function
    )


@pytest.mark.parametrize(("asset", "expected"), [("a" * 64, "asset." + "a" * 64), ("b" * 64, None)])
def test_cdk_without_metadata_lays_assets_beside(
    written: Callable[..., Path], system_of: Callable[..., System], asset: str, expected: str | None
) -> None:
    """The key in S3 is the hash that the name of the asset has; without the asset the code is in S3."""
    (written("").parent / f"asset.{'a' * 64}").mkdir()

    system = system_of(f"""
        Resources:
          Shop: {{Type: AWS::Lambda::Function, Properties: {{Code: {{S3Bucket: assets, S3Key: {asset}.zip}}}}}}
    """)

    code = system.functions["Shop"].code
    assert expected == (code.name if code else None)


def test_the_serverless_framework_packs_the_folder_around(tmp_path: Path, written: Callable[..., Path]) -> None:
    """Its archive lies beside the template; the code is what it was packed from."""
    (tmp_path / ".serverless").mkdir()
    (tmp_path / ".serverless" / "shop.zip").touch()
    template = written(
        """
        Resources:
          Shop:
            Type: AWS::Lambda::Function
            Properties:
              Code: {S3Bucket: !Ref ServerlessDeploymentBucket, S3Key: serverless/shop/dev/1700000000/shop.zip}
        """,
        name=".serverless/template.yaml",
    )

    system = read(template, name="shop")

    archive = tmp_path / ".serverless" / "shop.zip"
    assert str(archive) == system.cloudformation["Resources"]["Shop"]["Properties"]["Code"]
    assert tmp_path == system.functions["Shop"].code


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (
            """
            Transform: AWS::Serverless-2016-10-31
            Resources:
              Shop: {Type: AWS::Serverless::Function, Properties: {CodeUri: src, Handler: a.b, Runtime: python3.12}}
            """,
            "The code of the function 'Shop' is not at 'src'.",
        ),
        (
            "Resources: {Shop: {Type: AWS::Lambda::LayerVersion, Properties: {Content: src}}}",
            "The code of the layer 'Shop' is not at 'src'.",
        ),
    ],
)
def test_missing_code_is_refused(system_of: Callable[..., System], text: str, sentence: str) -> None:
    """The error names the function and the path."""
    with pytest.raises(MalformedTemplate) as caught:
        system_of(text)

    template = caught.value.facts[1][1]
    assert isinstance(template, Path)
    assert f"{sentence}\n  looked for: {template.parent}/src\n  declared in: {template}" == str(caught.value)


def test_an_unknown_function_is_refused(rest_resources: System) -> None:
    """The error names the functions that exist."""
    with pytest.raises(UnknownResource) as caught:
        rest_resources.function("Orders")

    assert (
        "No function is called 'Orders'.\n"
        f"  declared in {rest_resources.template}: Orders7A\n"
        "  did you mean 'Orders7A'?"
    ) == str(caught.value)


def test_a_condition_must_exist(system_of: Callable[..., System]) -> None:
    """A resource with an unknown condition is an error, as in CloudFormation."""
    text = "Conditions: {IsProd: !Equals [a, b]}\nResources: {Topic: {Type: AWS::SNS::Topic, Condition: IsDev}}"

    with pytest.raises(MalformedTemplate) as caught:
        system_of(text)

    assert (
        f"The resource 'Topic' has the condition 'IsDev', which does not exist.\n  {caught.value.facts[0][0]}: IsProd"
    ) == str(caught.value)


def test_unknown_types_are_kept(system_of: Callable[..., System]) -> None:
    """A resource that the harness does not know is there with its properties."""
    system = system_of('Resources: {Odd: {Type: Acme::Odd, Properties: {Region: !Ref "AWS::Region"}}}')

    assert {"Odd": Resource(name="Odd", type="Acme::Odd", properties={"Region": "us-east-1"})} == system.resources
