"""The services that the functions watch: MiniStack checks who may call them, a moto server answers."""

import asyncio
import http.client
from urllib.parse import urlsplit

from ministack import app
from ministack.core import iam_actions

SERVICES = ("ecs", "ec2", "elasticloadbalancing", "application-autoscaling")

#: Of the connection, and not to be passed on.
HOP = {"connection", "content-length", "transfer-encoding", "host", "keep-alive", "server", "date"}


def install(url):
    upstream = urlsplit(url).netloc
    plain = app.detect_service

    def detect_service(method, path, headers, params):
        # MiniStack has no Application Auto Scaling.
        if "AnyScaleFrontendService" in headers.get("x-amz-target", ""):
            return "application-autoscaling"
        return plain(method, path, headers, params)

    async def handle(method, path, headers, body, query_params):
        return await asyncio.to_thread(_forward, upstream, method, path, headers, body)

    app.detect_service = detect_service
    iam_actions.SERVICE_TO_IAM_NAMESPACE["application-autoscaling"] = "application-autoscaling"
    for service in SERVICES:
        app.SERVICE_HANDLERS[service] = handle


def _forward(upstream, method, path, headers, body):
    connection = http.client.HTTPConnection(upstream, timeout=120)
    try:
        kept = {name: value for name, value in headers.items() if name not in HOP}
        connection.request(method, path, body, kept)
        response = connection.getresponse()
        answered = {name: value for name, value in response.getheaders() if name.lower() not in HOP}
        return response.status, answered, response.read()
    finally:
        connection.close()
