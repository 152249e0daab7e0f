class Busy(Exception):
    pass


def handler(event, context):
    if event["name"] == "busy.jpg":
        raise Busy("come back later")
    return {"kind": "cat"}
