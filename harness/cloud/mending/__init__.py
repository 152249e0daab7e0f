"""Where ministack differs from AWS in a way that no API can complete, and what the harness does about it.

Everything here runs in the child process before it serves. Each mending names the fact of AWS, the place in
ministack 1.5.33, and leaves a version alone in which that place is gone. ``docs/embedded-cloud.md`` lists them.
"""

from harness.cloud.mending.accounts import (
    end_workers_of_their_account,
    find_apis_of_any_account,
    sign_in_to_any_account,
)
from harness.cloud.mending.answers import refuse_malformed_answers
from harness.cloud.mending.buckets import ask_functions_about_buckets, name_buckets_in_each_account
from harness.cloud.mending.environment import give_the_variables_of_lambda
from harness.cloud.mending.errors import tell_errors_as_lambda_does
from harness.cloud.mending.http_events import tell_all_in_http_events
from harness.cloud.mending.logs import read_logs_to_their_end
from harness.cloud.mending.objects import encode_keys_as_s3_does, tell_buses_whole_seconds, tell_of_objects_at_once
from harness.cloud.mending.parameters import authorize_each_parameter
from harness.cloud.mending.permissions import ask_the_policy_of_functions
from harness.cloud.mending.topics import close_topics_to_other_roles, hand_over_to_functions_at_once

__all__ = ["mend"]


def mend() -> None:
    """Apply every mending."""
    # The process of the tests imports this module, too, and never needs what concerns state machines,
    # GraphQL and asynchronous invocations.
    from harness.cloud.mending.asynchronous import invoke_asynchronously_as_lambda_does  # noqa: PLC0415
    from harness.cloud.mending.context import give_the_context_of_lambda  # noqa: PLC0415
    from harness.cloud.mending.graphql import resolve_fields_as_appsync_does  # noqa: PLC0415
    from harness.cloud.mending.machines import mend_machines  # noqa: PLC0415
    from harness.cloud.mending.mappings import read_for_functions_as_lambda_does  # noqa: PLC0415
    from harness.cloud.mending.memory import give_functions_their_memory_only  # noqa: PLC0415
    from harness.cloud.mending.schedules import ask_the_role_of_schedules  # noqa: PLC0415
    from harness.cloud.mending.under_way import tell_what_is_under_way  # noqa: PLC0415

    read_logs_to_their_end()
    authorize_each_parameter()
    tell_errors_as_lambda_does()
    # Before permissions are asked for: that asks before what this lets rules and topics start.
    invoke_asynchronously_as_lambda_does()
    # Before the next one, which takes the place of the same function, and asks less about its parameters.
    ask_the_policy_of_functions()
    refuse_malformed_answers()
    tell_all_in_http_events()
    give_the_variables_of_lambda()
    give_the_context_of_lambda()
    give_functions_their_memory_only()
    find_apis_of_any_account()
    sign_in_to_any_account()
    end_workers_of_their_account()
    close_topics_to_other_roles()
    hand_over_to_functions_at_once()
    tell_of_objects_at_once()
    tell_buses_whole_seconds()
    encode_keys_as_s3_does()
    ask_functions_about_buckets()
    name_buckets_in_each_account()
    read_for_functions_as_lambda_does()
    ask_the_role_of_schedules()
    mend_machines()
    resolve_fields_as_appsync_does()
    tell_what_is_under_way()
