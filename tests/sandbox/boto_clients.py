"""boto3's clients of a sandbox's services, and what they say of a refusal. Needs boto3."""
import boto3
from botocore.config import Config
from botocore.exceptions import ClientError


def client_of(service, name):
    return boto3.client(name, endpoint_url=f"http://127.0.0.1:{service.port}", region_name=service.region,
                        aws_access_key_id=service.keys[0], aws_secret_access_key=service.keys[1],
                        config=Config(retries={"max_attempts": 0}))


def error_of(function, **parameters):
    """(code, message)"""
    try:
        function(**parameters)
    except ClientError as error:
        return error.response["Error"]["Code"], error.response["Error"]["Message"]
    return None, None
