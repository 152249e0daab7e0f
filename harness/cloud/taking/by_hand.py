"""The command that takes a thing away by hand."""

from __future__ import annotations

from collections.abc import Callable
from shlex import quote

from harness._text import redacted
from harness.cloud.account import EMBEDDED_SECRET
from harness.ledger import Kind, Thing
from harness.ledger.naming import TARGET

__all__ = ["VERSIONS_STAY", "command", "sweep", "sweep_for"]

# So the reason begins why an object is left that has gone but for its versions.
VERSIONS_STAY = "Its versions stay"


def command(thing: Thing, *, why: str = "") -> str:
    """Give the command of a shell that takes a thing away: one of the AWS CLI, or `harness sweep`.

    That does where no single command can, and where one would show what is secret in a key.

    Args:
        thing: What is to go.
        why: Why it could not be taken away, if that was tried.

    >>> command(Thing(kind="user", name="ann", within="eu-west-1_a", region="eu-west-1", profile="dev"))
    'aws --profile dev --region eu-west-1 cognito-idp admin-delete-user --user-pool-id eu-west-1_a --username ann'
    """
    is_shown = all(redacted(text) == text for text in (thing.name, thing.within))
    # Which versions of a key are the run's own nobody but the harness knows.
    is_a_call = thing.kind in _COMMANDS and not why.startswith(VERSIONS_STAY)
    return _COMMANDS[thing.kind](thing) if is_shown and is_a_call else sweep_for(thing)


def sweep_for(thing: Thing) -> str:
    """Give the sweep that takes a thing away, as it is typed into any shell in the project's folder."""
    place = {"profile": thing.profile, "region": thing.region, "endpoint": thing.endpoint}
    return sweep("embedded" if thing.embedded else thing.stage, **({} if thing.embedded else place))


def sweep(stage: str, *, profile: str = "", region: str = "", endpoint: str = "") -> str:
    """Give the sweep of a stage, as it is typed into any shell in the project's folder.

    >>> sweep("dev", region="eu-west-1", endpoint="http://127.0.0.1:4566")
    'AWS_ENDPOINT_URL=http://127.0.0.1:4566 harness sweep --stage dev --region eu-west-1'

    Args:
        stage: Its name; empty when nobody knows, and then nothing else is of use.
        profile: The AWS profile; empty for what the environment offers.
        region: The region; of the embedded cloud all are swept.
        endpoint: The address of every service, for which there is no option; empty for AWS itself.
    """
    if not stage:
        return "harness sweep"
    options = {"stage": stage, "profile": profile, "region": region}
    told = "".join(f" {_option(name, value)}" for name, value in options.items() if value)
    return f"{f'AWS_ENDPOINT_URL={quote(endpoint)} ' if endpoint else ''}harness sweep{told}"


def _user(thing: Thing) -> str:
    return _aws(thing, "cognito-idp admin-delete-user", user_pool_id=thing.within, username=thing.name)


def _object(thing: Thing) -> str:
    return _aws(thing, "s3api delete-object", bucket=thing.within, key=thing.name)


def _item(thing: Thing) -> str:
    return _aws(thing, "dynamodb delete-item", table_name=thing.within, key=thing.name)


def _rule(thing: Thing) -> str:
    # A rule of ours has one target.
    of_bus = {"event_bus_name": thing.within}
    targets = _aws(thing, "events remove-targets", rule=thing.name, **of_bus, ids=TARGET)
    return f"{targets} && {_aws(thing, 'events delete-rule', name=thing.name, **of_bus)}"


def _queue(thing: Thing) -> str:
    url = _aws(thing, "sqs get-queue-url", queue_name=thing.name, query="QueueUrl", output="text")
    return f'{_aws(thing, "sqs delete-queue")} --queue-url "$({url})"'


def _stack(thing: Thing) -> str:
    return _aws(thing, "cloudformation delete-stack", stack_name=thing.name)


def _client(thing: Thing) -> str:
    query = f"UserPoolClients[?ClientName=={_literal(thing.name)}].ClientId"
    found = _aws(thing, "cognito-idp list-user-pool-clients", user_pool_id=thing.within, query=query, output="text")
    removed = _aws(thing, "cognito-idp delete-user-pool-client", user_pool_id=thing.within)
    return _for_each(found, f"{removed} --client-id")


def _subscription(thing: Thing) -> str:
    query = f"Subscriptions[?Endpoint=={_literal(thing.name)}].SubscriptionArn"
    found = _aws(thing, "sns list-subscriptions-by-topic", topic_arn=thing.within, query=query, output="text")
    return _for_each(found, f"{_aws(thing, 'sns unsubscribe')} --subscription-arn")


def _for_each(found: str, removed: str) -> str:
    # xargs starts a command, and no assignment of variables is one.
    return f"{found} | xargs -n 1 {'env ' if removed.startswith('AWS_') else ''}{removed}"


def _literal(text: str) -> str:
    """Give a raw string of JMESPath."""
    return "'" + text.replace("'", "\\'") + "'"


def _aws(thing: Thing, call: str, **options: str) -> str:
    place = {"profile": thing.profile, "region": thing.region, "endpoint-url": thing.endpoint}
    where = "".join(f" --{name} {quote(value)}" for name, value in place.items() if value)
    what = "".join(f" {_option(name.replace('_', '-'), value)}" for name, value in options.items())
    return f"{_who(thing)}aws{where} {call}{what}"


def _who(thing: Thing) -> str:
    """Give the credentials of the embedded cloud, which are no secret; in AWS they are the tester's."""
    return f"AWS_ACCESS_KEY_ID={thing.account} AWS_SECRET_ACCESS_KEY={EMBEDDED_SECRET} " if thing.embedded else ""


def _option(name: str, value: str) -> str:
    # A key of an object may look like another option.
    return f"--{name}{'=' if value.startswith('-') else ' '}{quote(value)}"


# What is not here is more than a call: what was there before must come back, a process must end, or a part must be cut
# out of a whole.
_COMMANDS: dict[Kind, Callable[[Thing], str]] = {
    "client": _client,
    "user": _user,
    "object": _object,
    "item": _item,
    "subscription": _subscription,
    "rule": _rule,
    "queue": _queue,
    "stack": _stack,
}
