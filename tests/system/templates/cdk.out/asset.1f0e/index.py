# ruff: noqa: INP001 - it is the code of a template, not of a package
def handler(event: object, context: object) -> object:
    return event
