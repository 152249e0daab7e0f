def handler(event, context):
    if event["file"] == "broken.jpg":
        raise ValueError("no metadata in broken.jpg")
    return {"camera": "Leica"}
