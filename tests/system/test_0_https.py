"""The alerts topic with an HTTPS endpoint that has to confirm first, as SNS has it."""

import json
import os
import ssl
import subprocess
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread

import boto3
import jsonschema
from cloud import Cloud
from harness.place import ACCOUNT, CREDENTIALS, REGION

ROOT = Path(__file__).resolve().parents[2]


@contextmanager
def receiver(certificate, key):
    """An HTTPS endpoint: its address, and what came there, each with the header that says what it is."""
    received = []

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            received.append((self.headers["x-amz-sns-message-type"], json.loads(body)))
            self.send_response(200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *_):
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, key)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    Thread(target=server.serve_forever, daemon=True).start()
    try:
        yield f"https://127.0.0.1:{server.server_port}/alerts", received
    finally:
        server.shutdown()
        server.server_close()


def wait_for(received, kind):
    """The message of this kind that comes within ten seconds."""
    until = time.monotonic() + 10
    while time.monotonic() < until:
        for one, message in received:
            if one == kind:
                return message
        time.sleep(0.05)
    raise TimeoutError(f"no {kind} came: {received}")


def test_https_endpoint_gets_nothing_before_it_has_confirmed_and_then_the_documented_json(watched, tmp_path):
    binary = Path(os.environ.get("GUARD_BINARIES", ROOT / "target/debug")) / "ecs-nlb-guard"
    with Cloud(watched.url) as cloud, receiver(*cloud.certificate) as (endpoint, received):
        sns = boto3.client("sns", endpoint_url=cloud.url, region_name=REGION, verify=str(cloud.ca),
                           **{name.lower(): value for name, value in CREDENTIALS.items()})
        topic = sns.create_topic(Name="alerts")["TopicArn"]

        def test_alert():
            subprocess.run([binary, "test-alert"], check=True, timeout=60, cwd=tmp_path, env={
                **CREDENTIALS, "AWS_REGION": REGION, "AWS_ENDPOINT_URL": cloud.url, "SSL_CERT_FILE": str(cloud.ca),
                "GUARD_TOPIC_ARN": topic, "GUARD_ACCOUNT_NAME": "shop", "HOME": str(tmp_path)})

        sns.subscribe(TopicArn=topic, Protocol="https", Endpoint=endpoint)
        asked = wait_for(received, "SubscriptionConfirmation")
        test_alert()
        time.sleep(1)
        assert [kind for kind, _ in received] == ["SubscriptionConfirmation"]
        sns.confirm_subscription(TopicArn=topic, Token=asked["Token"])
        test_alert()
        notification = wait_for(received, "Notification")
    assert notification["Subject"].startswith("TEST: Alerts arrive here | shop ")
    body = json.loads(notification["Message"])
    jsonschema.validate(body, json.loads((ROOT / "docs/schemas/alerts.schema.json").read_text()))
    assert (body["account"], body["account_name"], body["test"]) == (ACCOUNT, "shop", True)
