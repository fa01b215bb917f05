"""One set of AWS clients for a server: making them takes longer than most tests."""

import functools

import boto3
from botocore.config import Config

from ..place import CREDENTIALS, REGION


class Clients:
    """Clients of the services the tests speak to."""

    def __init__(self, url):
        session = boto3.session.Session(
            aws_access_key_id=CREDENTIALS["AWS_ACCESS_KEY_ID"],
            aws_secret_access_key=CREDENTIALS["AWS_SECRET_ACCESS_KEY"],
            region_name=REGION,
        )
        config = Config(retries={"total_max_attempts": 1}, read_timeout=30)
        for name in ("ecs", "elbv2", "ec2", "dynamodb", "sns", "sqs", "iam", "s3", "application-autoscaling",
                     "events", "securityhub"):
            setattr(self, name.replace("-", "_"), session.client(name, endpoint_url=url, config=config))


@functools.cache
def clients_of(url):
    return Clients(url)
