"""Takes an order over HTTP and starts the state machine for it."""

import json
import os

import boto3

states = boto3.client("stepfunctions")


def handler(event, context):
    order = json.loads(event["body"])
    execution = states.start_execution(
        stateMachineArn=os.environ["STATE_MACHINE_ARN"], name=order["id"], input=json.dumps(order)
    )
    return {"statusCode": 202, "body": json.dumps({"execution": execution["executionArn"]})}
