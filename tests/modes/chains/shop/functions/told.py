# ruff: noqa: ANN001, ANN201, ANN202 - a handler reads like a handler
from seen import say


def saying(function):
    def handler(event, context):
        say(function, event)

    return handler


ship = saying("Ship")
mail = saying("Mail")
shape = saying("Shape")
part = saying("Part")
fixed = saying("Fixed")
off = saying("Off")
own = saying("Own")
inlined = saying("Inlined")
usual = saying("Usual")
witness = saying("Witness")
relayed = saying("Relayed")
forwarded = saying("Forwarded")


def quiet(event, context):
    """Says nothing to anybody."""
