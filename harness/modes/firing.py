"""A schedule fired by a test: from the template where the mode plays it, as it is deployed where it does not."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

from harness._text import redacted, shortened
from harness.cloud.account import Cloud
from harness.cloud.faults import code_of, translated
from harness.cloud.names import Names
from harness.errors import NotDeployed, NotHandedOn
from harness.modes.asynchronous import Asynchronous
from harness.modes.links import each, settled
from harness.modes.messages import BusEvent, TopicMessage
from harness.modes.playing import Player
from harness.modes.schedules import Handed, Schedules, by_rule, by_scheduler, is_disabled
from harness.modes.target_policies import insist_on_policy
from harness.modes.target_roles import hand_over_with, insist_on_role
from harness.system.model import Schedule, System, Target

__all__ = ["fire_as_declared", "fire_as_deployed"]


def fire_as_declared(  # noqa: PLR0913 - each is a fact of a stage
    name: str,
    *,
    system: System,
    cloud: Cloud,
    names: Names,
    asynchronous: Asynchronous,
    player: Player | None,
) -> None:
    """Give each target of a schedule what the template says; functions run as asynchronous invocations.

    Args:
        name: The logical id of the schedule.
        system: The system as its template declares it.
        cloud: The cloud of the stage.
        names: What its things are called there.
        asynchronous: Runs functions.
        player: What plays topics and buses; None where these really get what is theirs.

    Raises:
        UnknownResource: There is no such schedule.
        MisusedStep: It is a rule that waits for events.
        StageError: It is disabled, or has a target of a kind that the harness does not know.
        FunctionFailed: A function that it starts ended in an error.
        NotHandedOn: The role of a target may not start it.
    """
    __tracebackhide__ = True
    schedules = Schedules(system, cloud=cloud, names=names)

    def give(handed: Handed) -> None:
        __tracebackhide__ = True
        role = _role_of(handed)
        if handed.to in system.functions:
            event = _as_json(handed)
            insist_on_role(role, to=_arn_of(handed, schedules), cloud=cloud, by=name)
            end = asynchronous.run(handed.to, event, path=(name,))
            settled(end, started_by=f"the schedule {name}", path=(name,))
        elif player is None or not _played(handed, player, system=system, path=(name,)):
            to = schedules.arn(handed.to)
            hand_over_with(role, handed.text, to=to, cloud=cloud, parameters=handed.parameters, by=name)

    each(schedules.handed(name), give)


def _role_of(handed: Handed) -> str:
    """Give the ARN of the role with which a target is reached; nothing where it names none, or none that is known."""
    role = handed.parameters.get("RoleArn")
    return role if isinstance(role, str) else ""


def _arn_of(handed: Handed, schedules: Schedules) -> str:
    """Give the ARN of a function as the target has it: a role may be let to start one alias of it only."""
    found = handed.parameters.get("Arn")
    return found if isinstance(found, str) and found.startswith("arn:") else schedules.arn(handed.to)


def _played(handed: Handed, player: Player, *, system: System, path: tuple[str, ...]) -> bool:
    """Play what a topic or a bus gets, and say whether the target is one."""
    __tracebackhide__ = True
    kind = system.resources[handed.to].type if handed.to in system.resources else ""
    told = handed.parameters.get("EventBridgeParameters")
    if kind == "AWS::SNS::Topic":
        player.notify(TopicMessage(topic=handed.to, message=handed.text), path=path)
    elif kind == "AWS::Events::EventBus" and told:
        source, detail_type = told["Source"], told["DetailType"]
        event = BusEvent(bus=handed.to, source=source, detail_type=detail_type, detail=_as_json(handed))
        player.publish(event, path=path)
    else:
        return False
    return True


def _as_json(handed: Handed) -> Any:
    try:
        return json.loads(handed.text)
    except ValueError as error:
        text = shortened(redacted(handed.text))
        # Lambda takes JSON only (InvalidRequestContentException).
        raise NotHandedOn(
            f"The function {handed.to!r} would receive {text!r}, which is no JSON: {error}.",
            facts=[("schedule", handed.by)],
            remedy="Lambda would not take it, so nothing would run",
        ) from None


def fire_as_deployed(name: str, *, system: System, cloud: Cloud, names: Names) -> None:
    """Give each target of a schedule what the stage has for it, as it is deployed now.

    EventBridge itself cannot be asked to fire a schedule. So its state, its targets and their input are read from the
    stage, and it is handed over with the role of the target. Where a target of a rule names none, its own policy is
    asked whether it admits the rule.

    Args:
        name: The logical id of the schedule.
        system: The system as its template declares it.
        cloud: The cloud of the stage.
        names: What its things are called there.

    Raises:
        UnknownResource: There is no such schedule.
        MisusedStep: It is a rule that waits for events.
        StageError: It is disabled, or not there.
        NotHandedOn: The role of a target may not hand it anything, or its policy does not admit the rule.
        NotPublished: A target does not take it.
    """
    __tracebackhide__ = True
    schedules = Schedules(system, cloud=cloud, names=names)
    declared = schedules.declared(name)
    physical = names.physical.get(name, name)
    if isinstance(declared, Schedule):
        found = _scheduled(name, physical, group=schedules.group(name), cloud=cloud)
    else:
        found = _ruled(name, physical, rule_arn=schedules.rule_arn(name), cloud=cloud)

    def give(handed: Handed) -> None:
        __tracebackhide__ = True
        hand_over_with(_role_of(handed), handed.text, to=handed.to, cloud=cloud, parameters=handed.parameters, by=name)

    each(found, give)


def _scheduled(name: str, physical: str, *, group: str, cloud: Cloud) -> list[Handed]:
    scheduler = cloud.client("scheduler")
    answer = _asked(name, cloud, lambda: scheduler.get_schedule(Name=physical, GroupName=group))
    if answer["State"] == "DISABLED":
        raise is_disabled(name, where="the stage")
    target = answer["Target"]
    return [by_scheduler(target.get("Input"), to=target["Arn"], schedule_arn=answer["Arn"], parameters=target)]


def _ruled(name: str, physical: str, *, rule_arn: str, cloud: Cloud) -> list[Handed]:
    events = cloud.client("events")
    state = _asked(name, cloud, lambda: events.describe_rule(Name=physical))["State"]
    if state == "DISABLED":
        raise is_disabled(name, where="the stage")
    targets = _asked(name, cloud, lambda: events.list_targets_by_rule(Rule=physical))["Targets"]
    return [_of_target(name, target, rule_arn=rule_arn, cloud=cloud) for target in targets]


def _asked(name: str, cloud: Cloud, ask: Callable[[], Mapping[str, Any]]) -> Mapping[str, Any]:
    __tracebackhide__ = True
    with translated(cloud):
        try:
            return ask()
        except Exception as fault:
            if code_of(fault) != "ResourceNotFoundException":
                raise
            raise NotDeployed(
                f"The stage has no schedule {name!r}.", remedy="deploy it again: somebody has taken it away"
            ) from None


def _of_target(name: str, target: Mapping[str, Any], *, rule_arn: str, cloud: Cloud) -> Handed:
    meant = Target(
        resource=target["Arn"],
        input=target.get("Input"),
        input_path=target.get("InputPath"),
        input_transformer=target.get("InputTransformer"),
    )
    handed = by_rule(meant, rule_arn=rule_arn, parameters=target)
    # EventBridge assumes a role where the target names one, and is admitted by the target itself where it does not.
    if target.get("RoleArn") or handed.refused is not None:
        return handed
    try:
        insist_on_policy(name, to=target["Arn"], rule_arn=rule_arn, cloud=cloud)
    except NotHandedOn as refused:
        return Handed(to=target["Arn"], text="", by=name, refused=refused)
    return handed
