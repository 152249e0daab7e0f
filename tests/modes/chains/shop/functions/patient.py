# ruff: noqa: ANN001, ANN201 - a handler reads like a handler
import builtins

from seen import say


def handler(event, context):
    builtins.called_back()
    say("Patient", event)
