"""Copies objects to the bucket of backups, and counts those that could not be copied."""

import os

import boto3
from botocore.exceptions import ClientError

s3 = boto3.client("s3")


def handler(event, context):
    copied = failed = 0
    for found in event["objects"]:
        source = {"Bucket": event["bucket"], "Key": found["Key"]}
        try:
            s3.copy_object(Bucket=os.environ["BACKUPS"], Key=found["Key"], CopySource=source)
            copied += 1
        except ClientError as problem:
            print(f"{found['Key']} could not be copied: {problem}")
            failed += 1
    return {"copied": copied, "failed": failed}
