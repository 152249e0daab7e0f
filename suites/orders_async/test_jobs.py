"""Jobs: a fast answer, and a result later."""

from harness import Stage
from steps.orders_async import given, then, when


def test_goes_all_the_way(stage: Stage) -> None:
    """An order is accepted at once, and where we are told to ask is its invoice, when the worker is done."""
    answer = when.we_submit(stage, given.an_order())

    location = then.a_job_is_accepted(answer)
    then.the_job_gets_done(stage, location)
    then.it_is_invoiced(when.we_ask_for(stage, location), total=1750)


def test_is_not_done_at_once(stage: Stage) -> None:
    """Whoever asks for a job that waits is told that it is not done yet."""
    with given.jobs_that_wait(stage) as [job]:
        answer = when.we_ask_for(stage, f"/jobs/{job}")

    then.it_is_not_done_yet(answer)


def test_does_not_know_every_job(stage: Stage) -> None:
    """There is nothing where nobody was told to ask."""
    answer = when.we_ask_for(stage, "/jobs/nonsense")

    then.it_is_refused(answer, status=404)


def test_refuses_an_order_of_nothing(stage: Stage) -> None:
    """An order without any dish is refused."""
    answer = when.we_submit_nothing(stage)

    then.it_is_refused(answer, status=400)
