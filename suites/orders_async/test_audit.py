"""The audit of jobs."""

from harness import Stage
from steps.orders_async import given, then, when


def test_has_one_record_a_job_in_order(stage: Stage) -> None:
    """The audit stream carries one record for each job of a customer, in the order of the jobs."""
    customer = given.a_customer()

    answers = [when.we_submit(stage, given.an_order(customer)) for _ in range(3)]

    then.the_audit_carries(stage, [then.a_job_is_accepted(answer) for answer in answers], customer=customer)


def test_is_summarised(stage: Stage) -> None:
    """The jobs that a customer submits are counted."""
    customer = given.a_customer()

    for _ in range(2):
        when.we_submit(stage, given.an_order(customer))

    then.the_jobs_are_counted(stage, customer=customer, jobs=2)


def test_counts_each_record(stage: Stage) -> None:
    """Every record that comes is counted for the customer whose it is."""
    customer = given.a_customer()

    when.jobs_are_audited(stage, "1", "2", "3", customer=customer)

    then.the_jobs_are_counted(stage, customer=customer, jobs=3)
