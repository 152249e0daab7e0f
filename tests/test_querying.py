"""The verb of GraphQL, whatever the mode."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from harness.cloud.account import Cloud
from harness.cloud.names import Names
from harness.errors import MisusedStep, StageError, UnknownResource
from harness.journal.journal import Journal
from harness.journal.taps import Taps
from harness.modes.exchange import Request, Response
from harness.modes.graphql.places import endpoint_of
from harness.people import User
from harness.stage import Stage
from harness.system.model import Api, Resource, System

ANN = User(
    username="ann", email="ann@example.com", password="", id_token="a-token", access_token="", pool="p", client="c"
)


class Recording:
    """A mode that remembers what it was asked, and at which door."""

    name = "recording"

    def __init__(self) -> None:
        self.requests: list[Request] = []
        self.queries: list[Request] = []

    def request(self, request: Request) -> Response:
        self.requests.append(request)
        return Response(status_code=200, request=request)

    def query(self, request: Request) -> Response:
        self.queries.append(request)
        return Response(status_code=200, request=request)


def stage_of(mode: Any, cloud: Cloud, *, graphs: tuple[str, ...] = ("Graph",), physical: str = "abc") -> Stage:
    system = System(
        name="shop",
        template=Path("template.yaml"),
        cloudformation={},
        apis={"Api": Api(name="Api", kind="http", stage="$default", routes=())},
        resources={name: Resource(name=name, type="AWS::AppSync::GraphQLApi") for name in graphs},
    )
    names = Names(stack="shop-dev", account="1", region="r", physical=dict.fromkeys(graphs, physical))
    journal = Journal(Taps(system, cloud=cloud, names=names, run="r1"), began=lambda: 0.0)
    return Stage("dev", system=system, cloud=cloud, names=names, mode=mode, journal=journal)


@pytest.fixture
def nowhere(tmp_path: Path) -> Cloud:
    return Cloud(folder=tmp_path, region="r")


@pytest.fixture
def graph(cloud: Cloud) -> Iterator[str]:
    """An API of AppSync in an embedded cloud, by its ARN."""
    appsync = cloud.client("appsync")
    made = appsync.create_graphql_api(name="shop", authenticationType="API_KEY")["graphqlApi"]
    yield made["arn"]
    appsync.delete_graphql_api(apiId=made["apiId"])


def told(kind: type[Exception], stage: Stage, **options: Any) -> str:
    with pytest.raises(kind) as caught:
        stage.query("{ a }", **options)
    return str(caught.value)


def test_a_query_goes_to_the_only_graph(nowhere: Cloud) -> None:
    """With its variables, and with the token of a user; the answer is evidence."""
    mode = Recording()
    stage = stage_of(mode, nowhere)

    answer = stage.query("{ a }", variables={"id": 1}, operation="A", user=ANN, sign=True)

    [sent] = mode.queries
    assert json.loads(sent.body) == {"query": "{ a }", "variables": {"id": 1}, "operationName": "A"}
    assert (sent.api, sent.sign, sent.headers["Authorization"]) == ("Graph", True, "a-token")
    assert list(stage.exchanges) == [answer]


def test_a_key_of_ones_own_is_sent(nowhere: Cloud) -> None:
    """A wrong one can be tried."""
    mode = Recording()

    stage_of(mode, nowhere).query("{ a }", key="da2-wrong")

    assert mode.queries[0].headers["x-api-key"] == "da2-wrong"


@pytest.mark.parametrize(("graphs", "api"), [((), None), (("Graph",), "Api")])
def test_a_route_is_asked_as_any_route(nowhere: Cloud, graphs: tuple[str, ...], api: str | None) -> None:
    """The query goes to an API of API Gateway where that is named, or where there is no other."""
    mode = Recording()

    stage_of(mode, nowhere, graphs=graphs).query("{ a }", api=api, path="/graph")

    assert [(sent.method, sent.path, sent.api) for sent in mode.requests] == [("POST", "/graph", "Api")]


def test_a_route_takes_no_key_of_appsync(nowhere: Cloud) -> None:
    """It would not be looked at."""
    assert told(MisusedStep, stage_of(Recording(), nowhere), api="Api", key=True) == (
        "An API key of AppSync is sent to an API of API Gateway.\n  leave out key=…"
    )


def test_an_unknown_api_is_an_error(nowhere: Cloud) -> None:
    """It lists those of both kinds."""
    assert told(UnknownResource, stage_of(Recording(), nowhere), api="Grap") == (
        "No GraphQL API is called 'Grap'.\n  declared in template.yaml: Api, Graph\n  did you mean 'Graph'?"
    )


def test_one_of_several_must_be_named(nowhere: Cloud) -> None:
    """The error says how."""
    assert told(MisusedStep, stage_of(Recording(), nowhere, graphs=("Graph", "Other"))) == (
        "The system 'shop' has 2 GraphQL APIs, and the query names none.\n"
        "  declared in template.yaml: Graph, Other\n"
        '  name one: stage.query(…, api="…")'
    )


def test_the_key_of_the_stage_is_found(cloud: Cloud, graph: str) -> None:
    """Whatever it is called."""
    mode = Recording()
    key = cloud.client("appsync").create_api_key(apiId=graph.rpartition("/")[2])["apiKey"]["id"]

    stage_of(mode, cloud, physical=graph).query("{ a }", key=True)

    assert mode.queries[0].headers["x-api-key"] == key


def test_an_expired_key_is_none(cloud: Cloud, graph: str) -> None:
    """The error says how long keys last."""
    cloud.client("appsync").create_api_key(apiId=graph.rpartition("/")[2], expires=1)

    assert told(StageError, stage_of(Recording(), cloud, physical=graph), key=True) == (
        "The GraphQL API 'Graph' has no API key that is valid now.\n"
        "  stack: shop-dev\n"
        "  a key lasts seven days if the template says nothing else; set Expires, or deploy the stage anew"
    )


def test_appsync_says_where_an_api_is(
    cloud: Cloud, graph: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """In AWS its host is not its id; in the embedded cloud it is below the one address."""
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")
    aws = Cloud(folder=tmp_path, region=cloud.region, endpoint=cloud.endpoint)
    names, found = Names(stack="s", account="1", region="r", physical={"Graph": graph}), graph.rpartition("/")[2]

    here, there = (endpoint_of("Graph", cloud=where, names=names) for where in (cloud, aws))

    assert here == f"{cloud.endpoint}/v1/apis/{found}/graphql"
    assert there == f"https://{found}.appsync-api.{cloud.region}.amazonaws.com/graphql"
