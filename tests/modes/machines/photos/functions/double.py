def handler(event, context):
    return 2 * (event["size"] if isinstance(event, dict) else event)
