"""How much was reached, and the table of it."""

from __future__ import annotations

from harness.report.record import EdgeRecord, RunRecord, SurfaceRecord, SystemRecord, TestRecord
from harness.report.surface import lines, never_reached, picture_of, share, surface_of
from tests.report.real_systems import system

MODES = ("handler", "invoke", "http")


def record_of(name: str) -> SystemRecord:
    nodes, edges = picture_of(system(name))
    return SystemRecord(name=name, surface=surface_of(system(name)), nodes=nodes, edges=edges)


def one_test(name: str, mode: str, *reached: str, outcome: str = "passed") -> TestRecord:
    return TestRecord(test="t", system=name, mode=mode, outcome=outcome, reached=reached)  # type: ignore[arg-type]


def run_of(*tests: TestRecord, systems: tuple[SystemRecord, ...], modes: tuple[str, ...] = MODES) -> RunRecord:
    return RunRecord(systems=systems, tests=tests, modes=modes)


def many(count: int, *, width: int = 3) -> SystemRecord:
    names = [f"Function{number:0{width}}" for number in range(count)]
    return SystemRecord(
        name="large",
        surface=tuple(SurfaceRecord(id=f"function:{name}", kind="function", name=name) for name in names),
    )


def test_the_table_of_bigmouth() -> None:
    """Each thing with the modes that reached it, what only the harness has played, and what nobody reached."""
    routes = [one.id for one in record_of("bigmouth").surface if one.kind == "route"]
    functions = [one.id for one in record_of("bigmouth").surface if one.kind == "function"]
    run = run_of(
        one_test("bigmouth", "handler", *routes, *functions, "rule:TestRule"),
        one_test("bigmouth", "invoke", *routes[:2]),
        one_test("bigmouth", "http", *routes, *functions[:4], "rule:TestRule"),
        systems=(record_of("bigmouth"),),
    )

    assert """\
bigmouth: 10 of 12 reached, 83 %
  route         Api GET /                     handler  invoke  http
  route         Api GET /restaurants          handler  invoke  http
  route         Api POST /restaurants/search  handler  ------  http
  route         Api POST /orders              handler  ------  http
  rule          NotifyRestaurantOrderPlaced   -------  ------  ----
  rule          TestRule                      handler  ------  http
  subscription  TestSubscription              -------  ------  ----
  function      GetIndex                      handler  ------  http
  function      GetRestaurants                handler  ------  http
  function      SearchRestaurants             handler  ------  http
  function      PlaceOrder                    handler  ------  http
  function      NotifyRestaurant              handler  ------  ----
  never reached in http, only where the harness plays AWS: 1
    function NotifyRestaurant
  never reached: 2
    rule NotifyRestaurantOrderPlaced on EventBus (order_placed), which leads to NotifyRestaurant
    subscription TestSubscription on RestaurantNotificationTopic, which leads to TestQueue""" == "\n".join(lines(run))


def test_two_systems_have_a_line_for_both() -> None:
    """The share of the run is that of all things together."""
    run = run_of(
        one_test("bigmouth", "http", "route:Api GET /"), systems=(record_of("bigmouth"), record_of("catalogue"))
    )

    told = list(lines(run))

    assert "bigmouth: 1 of 12 reached, 8 %" == told[0]
    assert "catalogue: 0 of 8 reached, 0 %" in told
    assert ["", "all systems: 5 % reached"] == told[-2:]


def test_a_large_system_is_shown_by_its_gaps() -> None:
    """What every mode has reached, or none, is counted: nobody reads 200 lines."""
    large = many(200)
    ids = [one.id for one in large.surface]
    run = run_of(
        one_test("large", "handler", *ids[:199]), one_test("large", "http", *ids[:198]), systems=(large,), modes=()
    )

    assert [
        "large: 199 of 200 reached, 99 %",
        "  function  198 of 200 in every mode, 1 in none",
        "  function  Function198  handler  ----",
        "  never reached in http, only where the harness plays AWS: 1",
        "    function Function198",
        "  never reached: 1",
        "    function Function199",
    ] == list(lines(run))


def test_what_may_have_been_reached_is_marked_and_not_counted() -> None:
    """One of them a handler has surely reached; of the other only a grant speaks."""
    run = run_of(
        one_test("large", "handler", "function:Function000", "function:Function001"),
        one_test("large", "http", "function:Function000", "function:Function001?", "function:Function002?"),
        systems=(many(4),),
    )

    assert [
        "large: 2 of 4 reached, 50 %",
        "  function  Function000  handler  ------  http",
        "  function  Function001  handler  ------  http?",
        "  function  Function002  -------  ------  http?",
        "  function  Function003  -------  ------  ----",
        "  may have been reached, which nobody saw and is not counted: 1",
        "    function Function002",
        "  never reached: 1",
        "    function Function003",
    ] == list(lines(run))


def test_a_large_system_shows_what_may_have_been_reached() -> None:
    """It is no gap that counting would do for."""
    run = run_of(one_test("large", "http", "function:Function000?"), systems=(many(61),), modes=("http",))

    told = list(lines(run))

    assert ["  function  0 of 61 in every mode, 60 in none", "  function  Function000  http?"] == told[1:3]


def test_what_may_have_been_reached_does_not_count_for_the_share() -> None:
    """A role that may do much would otherwise reach everything."""
    run = run_of(one_test("large", "http", "function:Function000", "function:Function001?"), systems=(many(2),))

    assert 50.0 == share(run)
    assert ["Function001"] == [one.name for one in never_reached(run)["large"]]


def test_what_one_test_may_have_reached_and_another_has_is_reached() -> None:
    """The surer one counts, in the same mode."""
    run = run_of(
        one_test("large", "http", "function:Function000?"),
        one_test("large", "http", "function:Function000"),
        systems=(many(1),),
        modes=("http",),
    )

    assert ["large: 1 of 1 reached, 100 %", "  function  Function000  http"] == list(lines(run))


def test_a_run_without_a_test_has_reached_nothing() -> None:
    """Nor has one whose tests had no system: a threshold must not pass on that."""
    runs = [run_of(systems=(many(2),)), run_of(systems=()), run_of(one_test("", ""), systems=())]

    assert [0.0, 0.0, 0.0] == [share(run) for run in runs]


def test_a_tested_system_without_a_surface_has_none_to_reach() -> None:
    """All of nothing is all."""
    assert 100.0 == share(run_of(one_test("large", "http"), systems=(many(0),)))


def test_a_long_name_does_not_push_the_others() -> None:
    """It stands out by itself."""
    name = "A" * 70
    long = SystemRecord(
        name="long",
        surface=(
            SurfaceRecord(id=f"function:{name}", kind="function", name=name),
            SurfaceRecord(id="function:B", kind="function", name="B"),
        ),
    )
    run = run_of(one_test("long", "http", f"function:{name}", "function:B"), systems=(long,), modes=("http",))

    assert [
        "long: 2 of 2 reached, 100 %",
        f"  function  {name}  http",
        "  function  B  http",
    ] == list(lines(run))


def test_without_http_nothing_is_said_about_it() -> None:
    """The run was not asked for it."""
    run = run_of(one_test("large", "handler", "function:Function000"), systems=(many(1),), modes=("handler", "invoke"))

    assert ["large: 1 of 1 reached, 100 %", "  function  Function000  handler  ------"] == list(lines(run))


def test_endings_say_where_they_lead() -> None:
    """In the words of the template."""
    told = list(lines(run_of(systems=(record_of("orders_async"),))))

    assert "    destination JobsQueue dead letters, which leads to DeadLetters" in told
    assert "    mapping DoJobsJobs on JobsQueue, which leads to DoJobs" in told
    assert "    route Api GET /jobs/{id}, which leads to GetJob" in told


def test_a_rule_with_two_targets_is_told_once() -> None:
    """With both of them."""
    edges = tuple(
        EdgeRecord(source="Bus", target=target, kind="starts", label="paid", surface="rule:Fan")
        for target in ("A", "B")
    )
    fan = SystemRecord(name="fan", surface=(SurfaceRecord(id="rule:Fan", kind="rule", name="Fan"),), edges=edges)

    assert "    rule Fan on Bus (paid), which leads to A, B" == list(lines(run_of(systems=(fan,))))[-1]


def test_any_mode_counts_for_the_share_and_a_red_test_too() -> None:
    """A test that failed has reached what it reached."""
    run = run_of(
        one_test("large", "handler", "function:Function000"),
        one_test("large", "http", "function:Function001", outcome="failed"),
        one_test("other", "http", "function:Function002"),
        systems=(many(4),),
    )

    assert 50.0 == share(run)
    assert {"large": ["Function002", "Function003"]} == {
        name: [one.name for one in records] for name, records in never_reached(run).items()
    }


def test_a_system_of_which_all_was_reached_misses_nothing() -> None:
    """So what was never reached is empty, and false."""
    run = run_of(one_test("large", "http", "function:Function000"), systems=(many(1),))

    assert not never_reached(run)
    assert 100.0 == share(run)


def test_no_system_has_no_lines() -> None:
    """Nothing was tested."""
    assert [] == list(lines(RunRecord()))


def test_what_is_no_longer_in_the_template_is_not_counted() -> None:
    """A merged run may hold what an older template had."""
    run = run_of(one_test("large", "http", "function:Gone"), systems=(many(1),))

    assert 0.0 == share(run)


def test_nearly_all_is_not_all() -> None:
    """A share is rounded down."""
    large = many(1000)
    run = run_of(one_test("large", "http", *(one.id for one in large.surface[:999])), systems=(large,))

    assert "large: 999 of 1000 reached, 99 %" == next(lines(run))


def test_modes_that_no_one_knows_come_last() -> None:
    """Records of a newer version may have them."""
    run = run_of(one_test("large", "remote", "function:Function000"), systems=(many(1),), modes=("http", "handler"))

    assert "  function  Function000  -------  ----  remote" == list(lines(run))[1]
