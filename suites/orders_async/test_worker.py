"""The worker behind the queue."""

from harness import Stage
from steps.orders_async import given, then, when


def test_does_the_good_ones_of_a_batch(stage: Stage) -> None:
    """One bad message in a batch loses none of the good ones."""
    with given.jobs_that_wait(stage, 3) as [first, second, third]:
        when.jobs_are_queued(stage, {"id": first}, given.a_message_about_no_job(), {"id": second}, {"id": third})

        then.the_job_gets_done(stage, first)
        then.the_job_gets_done(stage, second)
        then.the_job_gets_done(stage, third)


def test_puts_a_bad_message_aside(stage: Stage) -> None:
    """A message that the worker cannot do becomes a dead letter; those that came with it do not."""
    bad = given.a_message_about_no_job()
    with given.jobs_that_wait(stage, 2) as jobs:
        when.jobs_are_queued(stage, {"id": jobs[0]}, bad, {"id": jobs[1]})

        then.the_dead_letters_carry(stage, bad)
        then.the_dead_letters_carry_none_of(stage, jobs)
