"""The command that takes a thing away by hand."""

from __future__ import annotations

from collections.abc import Callable
from shlex import quote

from harness._text import redacted
from harness.cloud.account import EMBEDDED_SECRET
from harness.ledger import Kind, Thing
from harness.ledger.naming import TARGET

__all__ = ["command"]


def command(thing: Thing) -> str:
    """Give the command of a shell that takes a thing away: one of the AWS CLI, or `harness sweep`.

    That does where no single command can, and where one would show what is secret in a key.

    >>> command(Thing(kind="user", name="ann", within="eu-west-1_a", region="eu-west-1", profile="dev"))
    'aws --profile dev --region eu-west-1 cognito-idp admin-delete-user --user-pool-id eu-west-1_a --username ann'
    """
    is_shown = all(redacted(text) == text for text in (thing.name, thing.within))
    return _COMMANDS[thing.kind](thing) if is_shown and thing.kind in _COMMANDS else "harness sweep"


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
