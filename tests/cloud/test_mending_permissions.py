"""Functions of the embedded cloud are started only by whom their own policy admits, as in AWS."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest

from harness._text import new_uuid
from harness.cloud.account import Cloud
from harness.cloud.addresses import address_of, url_address

from .test_mending import function, role

__all__ = ["function", "role"]

ANSWERING = "return {'statusCode': 200, 'body': 'started'}"
# A function that is admitted has run by then.
MOMENT = 1.5


@pytest.fixture
def name(function: Callable[..., str]) -> str:
    """A function whose policy admits nobody."""
    return function(ANSWERING)


def admit(cloud: Cloud, name: str, principal: str, **more: str) -> None:
    """Add a permission to the policy of a function."""
    may = {"StatementId": new_uuid(), "Action": "lambda:InvokeFunction", "Principal": principal} | more
    cloud.client("lambda").add_permission(FunctionName=name, **may)


def arn_of(cloud: Cloud, name: str) -> str:
    return f"arn:aws:lambda:{cloud.region}:{cloud.account}:function:{name}"


def has_run(cloud: Cloud, name: str) -> bool:
    """Say whether a function has logged anything within a moment."""
    logs, over = cloud.client("logs"), time.monotonic() + MOMENT
    while time.monotonic() < over:
        if logs.describe_log_groups(logGroupNamePrefix=f"/aws/lambda/{name}")["logGroups"]:
            return True
        time.sleep(0.05)
    return False


@pytest.fixture
def rule(cloud: Cloud) -> Iterator[Callable[..., str]]:
    """Makes a rule that leads to a function, and gives its ARN."""
    events, named = cloud.client("events"), f"rule-{new_uuid()}"

    def new(target: str, **more: str) -> str:
        arn: str = events.put_rule(Name=named, EventPattern=json.dumps({"source": [named]}))["RuleArn"]
        events.put_targets(Rule=named, Targets=[{"Id": "function", "Arn": target} | more])
        return arn

    yield new
    events.remove_targets(Rule=named, Ids=["function"])
    events.delete_rule(Name=named)


def set_off(cloud: Cloud, rule: str) -> None:
    """Put the event on the bus that a rule is for."""
    source = rule.rpartition("/")[2]
    cloud.client("events").put_events(Entries=[{"Source": source, "DetailType": "told", "Detail": "{}"}])


@pytest.fixture
def topic(cloud: Cloud, name: str) -> Iterator[str]:
    """A topic to which the function is subscribed."""
    sns = cloud.client("sns")
    arn: str = sns.create_topic(Name=f"topic-{new_uuid()}")["TopicArn"]
    sns.subscribe(TopicArn=arn, Protocol="lambda", Endpoint=arn_of(cloud, name))
    yield arn
    sns.delete_topic(TopicArn=arn)


def test_a_rule_starts_no_function_that_does_not_admit_it(cloud: Cloud, name: str, rule: Callable[..., str]) -> None:
    """The event is taken and nothing happens, whoever else is admitted."""
    made = rule(arn_of(cloud, name))
    admit(cloud, name, "sns.amazonaws.com")
    admit(cloud, name, "events.amazonaws.com", SourceArn=made + "-of-others")
    admit(cloud, name, "events.amazonaws.com", SourceArn=made, SourceAccount="999999999999")
    admit(cloud, name, "events.amazonaws.com", Action="lambda:GetFunction")

    set_off(cloud, made)

    assert not has_run(cloud, name)


@pytest.mark.parametrize("more", [{}, {"Action": "lambda:*"}, {"SourceAccount": "000000000000"}, {"SourceArn": "*"}])
def test_a_rule_starts_a_function_that_admits_it(
    cloud: Cloud, name: str, rule: Callable[..., str], more: dict[str, str]
) -> None:
    """The rule may be named, by its account or a pattern, or any may be admitted."""
    made = rule(arn_of(cloud, name))
    admit(cloud, name, "events.amazonaws.com", **more)

    set_off(cloud, made)

    assert has_run(cloud, name)


def test_a_rule_with_a_role_needs_no_permission(cloud: Cloud, name: str, role: str, rule: Callable[..., str]) -> None:
    """EventBridge starts the function as that role."""
    made = rule(arn_of(cloud, name), RoleArn=role)

    set_off(cloud, made)

    assert has_run(cloud, name)


@pytest.mark.parametrize(("of_alias", "runs"), [({}, False), ({"Qualifier": "live"}, True)])
def test_an_alias_has_a_policy_of_its_own(
    cloud: Cloud, name: str, rule: Callable[..., str], *, of_alias: dict[str, str], runs: bool
) -> None:
    """A permission for the function is none for its alias."""
    cloud.client("lambda").create_alias(FunctionName=name, Name="live", FunctionVersion="$LATEST")
    made = rule(arn_of(cloud, name) + ":live")
    admit(cloud, name, "events.amazonaws.com", SourceArn=made, **of_alias)

    set_off(cloud, made)

    assert runs == has_run(cloud, name)


def test_a_topic_starts_no_function_that_does_not_admit_it(cloud: Cloud, name: str, topic: str) -> None:
    """The message is taken and nothing happens."""
    admit(cloud, name, "sns.amazonaws.com", SourceArn=topic + "-of-others")

    cloud.client("sns").publish(TopicArn=topic, Message="hello")

    assert not has_run(cloud, name)


def test_a_topic_starts_a_function_that_admits_it(cloud: Cloud, name: str, topic: str) -> None:
    """The permission names the topic, as SAM has it."""
    admit(cloud, name, "sns.amazonaws.com", SourceArn=topic)

    cloud.client("sns").publish(TopicArn=topic, Message="hello")

    assert has_run(cloud, name)


@pytest.fixture
def rest(cloud: Cloud, name: str) -> Iterator[Callable[..., str]]:
    """Makes a REST API with the function behind ``GET /orders/{id}``, and gives its id."""
    client, made = cloud.client("apigateway"), []

    def new(**more: str) -> str:
        api: str = client.create_rest_api(name="orders")["id"]
        made.append(api)
        parent = client.get_resources(restApiId=api)["items"][0]["id"]
        for part in ("orders", "{id}"):
            parent = client.create_resource(restApiId=api, parentId=parent, pathPart=part)["id"]
        place = {"restApiId": api, "resourceId": parent, "httpMethod": "GET"}
        client.put_method(**place, authorizationType="NONE")
        function = f"2015-03-31/functions/{arn_of(cloud, name)}/invocations"
        uri = f"arn:aws:apigateway:{cloud.region}:lambda:path/{function}"
        client.put_integration(**place, type="AWS_PROXY", integrationHttpMethod="POST", uri=uri, **more)
        client.create_deployment(restApiId=api, stageName="s")
        return api

    yield new
    for api in made:
        client.delete_rest_api(restApiId=api)


@pytest.fixture
def http(cloud: Cloud, name: str) -> Iterator[Callable[..., str]]:
    """Makes an HTTP API with the function behind a route, and gives its id."""
    client, made = cloud.client("apigatewayv2"), []

    def new(route: str = "GET /orders/{id}") -> str:
        api: str = client.create_api(Name="orders", ProtocolType="HTTP")["ApiId"]
        made.append(api)
        how = {"IntegrationType": "AWS_PROXY", "PayloadFormatVersion": "2.0"}
        integration = client.create_integration(ApiId=api, IntegrationUri=arn_of(cloud, name), **how)["IntegrationId"]
        client.create_route(ApiId=api, RouteKey=route, Target=f"integrations/{integration}")
        client.create_stage(ApiId=api, StageName="s", AutoDeploy=True)
        return api

    yield new
    for api in made:
        client.delete_api(ApiId=api)


def answer_of(cloud: Cloud, api: str) -> tuple[int, str]:
    """Ask for an order, and give status and text of the answer."""
    try:
        with urlopen(address_of(api, stage="s", cloud=cloud) + "/orders/5") as answer:
            return answer.status, answer.read().decode()
    except HTTPError as answer:
        return answer.code, answer.read().decode()


def route(cloud: Cloud, api: str, path: str) -> str:
    return f"arn:aws:execute-api:{cloud.region}:{cloud.account}:{api}/{path}"


def test_a_rest_api_may_not_start_a_function_that_does_not_admit_it(
    cloud: Cloud, name: str, rest: Callable[..., str]
) -> None:
    """It answers 500, as with anything else that is wrong in its configuration."""
    api = rest()
    admit(cloud, name, "apigateway.amazonaws.com", SourceArn=route(cloud, api, "*/POST/orders/*"))

    assert answer_of(cloud, api) == (500, '{"message": "Internal server error"}')


@pytest.mark.parametrize("path", ["*", "*/GET/orders/*", "s/GET/orders/{id}", "*/*/orders/5"])
def test_a_rest_api_starts_a_function_that_admits_it(
    cloud: Cloud, name: str, rest: Callable[..., str], path: str
) -> None:
    """The permission names the API and the route, as SAM has it, or only the API."""
    api = rest()
    admit(cloud, name, "apigateway.amazonaws.com", SourceArn=route(cloud, api, path))

    assert answer_of(cloud, api) == (200, "started")


def test_a_rest_api_with_a_role_needs_no_permission(cloud: Cloud, role: str, rest: Callable[..., str]) -> None:
    """API Gateway starts the function as that role."""
    assert answer_of(cloud, rest(credentials=role)) == (200, "started")


def test_an_http_api_may_not_start_a_function_that_does_not_admit_it(
    cloud: Cloud, name: str, http: Callable[..., str]
) -> None:
    """HTTP APIs answer 500 with capitals."""
    api = http()
    admit(cloud, name, "apigateway.amazonaws.com", SourceArn=route(cloud, api, "*/*/others"))

    assert answer_of(cloud, api) == (500, '{"message":"Internal Server Error"}')


@pytest.mark.parametrize(
    ("key", "path"),
    [("GET /orders/{id}", "*/GET/orders/*"), ("ANY /orders/{id}", "s/*/orders/5"), ("$default", "*/$default")],
)
def test_an_http_api_starts_a_function_that_admits_it(
    cloud: Cloud, name: str, http: Callable[..., str], key: str, path: str
) -> None:
    """The route may be that for all else."""
    api = http(key)
    admit(cloud, name, "apigateway.amazonaws.com", SourceArn=route(cloud, api, path))

    assert answer_of(cloud, api) == (200, "started")


def status_of(address: str) -> int:
    try:
        with urlopen(address) as answer:
            return int(answer.status)
    except HTTPError as answer:
        return answer.code


def test_a_function_url_needs_a_permission(cloud: Cloud, name: str) -> None:
    """Though anybody may call it, AWS asks the function's policy."""
    client = cloud.client("lambda")
    url = url_address(client.create_function_url_config(FunctionName=name, AuthType="NONE")["FunctionUrl"], cloud=cloud)
    before = status_of(url)
    admit(cloud, name, "*", Action="lambda:InvokeFunctionUrl", FunctionUrlAuthType="NONE")

    assert (403, 200) == (before, status_of(url))


def test_an_authorizer_needs_a_permission(cloud: Cloud, name: str) -> None:
    """Without it API Gateway answers 500, as for any authorizer that is misconfigured."""
    client, arn = cloud.client("apigatewayv2"), arn_of(cloud, name)
    api = client.create_api(Name=name, ProtocolType="HTTP", Target=arn)["ApiId"]
    uri = f"arn:aws:apigateway:{cloud.region}:lambda:path/2015-03-31/functions/{arn}/invocations"
    how = {"AuthorizerType": "REQUEST", "AuthorizerPayloadFormatVersion": "2.0", "EnableSimpleResponses": True}
    guard = client.create_authorizer(ApiId=api, Name="g", AuthorizerUri=uri, IdentitySource=[], **how)["AuthorizerId"]
    made = client.create_integration(
        ApiId=api, IntegrationType="AWS_PROXY", IntegrationUri=arn, PayloadFormatVersion="2.0"
    )
    client.create_route(
        ApiId=api,
        RouteKey="GET /",
        Target=f"integrations/{made['IntegrationId']}",
        AuthorizationType="CUSTOM",
        AuthorizerId=guard,
    )
    address = address_of(api, stage="$default", cloud=cloud) + "/"

    statuses = [status_of(address)]
    place = f"arn:aws:execute-api:{cloud.region}:{cloud.account}:{api}/authorizers/{guard}"
    admit(cloud, name, "apigateway.amazonaws.com", SourceArn=place)
    statuses.append(status_of(address))

    # The function gives no decision: that is 500 too, but now it has run.
    assert ([500, 500], True) == (statuses, has_run(cloud, name))
