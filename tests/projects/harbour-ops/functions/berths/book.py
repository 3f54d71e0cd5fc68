import json


def handler(event, context):
    return {"statusCode": 200, "body": json.dumps({"booked": event["pathParameters"]["id"]})}


def release(event, context):
    return {"statusCode": 200, "body": json.dumps({"free": event["pathParameters"]["id"]})}
