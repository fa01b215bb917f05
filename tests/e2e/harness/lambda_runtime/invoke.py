"""`cargo lambda invoke`: what a person types, against a running function."""

import json
import subprocess
import sys
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

CARGO_LAMBDA = Path(sys.executable).with_name("cargo-lambda")


def cargo_lambda_invoke(function, event, name="audit"):
    """The JSON that `cargo lambda invoke` prints. Stands in for `cargo lambda watch`, which would build the function."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self):
            body = self.rfile.read(int(self.headers["Content-Length"]))
            answer = json.dumps(function.invoke(body).response).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_):
            """The function's own log says enough."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        done = subprocess.run(
            [CARGO_LAMBDA, "lambda", "invoke", name, "--invoke-address", "127.0.0.1", "--invoke-port",
             str(server.server_port), "--data-ascii", json.dumps(event), "--output-format", "json"],
            capture_output=True, text=True, timeout=120, check=False)
    finally:
        server.shutdown()
        server.server_close()
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)
