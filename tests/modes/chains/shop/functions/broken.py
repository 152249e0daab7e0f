# ruff: noqa: ANN001, ANN201, T201 - a handler reads like a handler
def handler(event, context):
    print("about to divide")
    return divided(event["detail"]["by"])


def divided(number):
    return 1 / number
