"""A webhook for tests: `hook_server.py FOLDER SECRET [CERT KEY]`.

Prints its port, judges each request by the signature that Standard Webhooks asks for, and keeps what it saw as
FOLDER/N.json. What it answers is what FOLDER/mode says: a code, `hang`, `redirect`, or `talk` for headers without an end."""

import base64
import hashlib
import hmac
import http.server
import json
import pathlib
import ssl
import sys
import threading

folder = pathlib.Path(sys.argv[1])
secret = base64.b64decode(sys.argv[2].removeprefix("whsec_"))
lock = threading.Lock()
count = 0


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        global count
        body = self.rfile.read(int(self.headers["content-length"]))
        head = f"{self.headers['webhook-id']}.{self.headers['webhook-timestamp']}.".encode()
        made = base64.b64encode(hmac.new(secret, head + body, hashlib.sha256).digest()).decode()
        seen = {
            "path": self.path,
            "headers": {name.lower(): value for name, value in self.headers.items()},
            "genuine": hmac.compare_digest(f"v1,{made}", self.headers["webhook-signature"]),
            "body": json.loads(body),
        }
        with lock:
            part = folder / f"{count}.part"
            part.write_text(json.dumps(seen))
            part.rename(folder / f"{count}.json")
            count += 1
        mode = (folder / "mode").read_text().strip()
        if mode == "hang":
            threading.Event().wait(3600)
        if mode == "talk":
            self.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"".join(b"x-%d: %s\r\n" % (n, b"y" * 1000) for n in range(64)))
            self.wfile.write(b"\r\n")
            self.close_connection = True
            return
        if mode == "redirect":
            self.send_response(302)
            self.send_header("location", "/elsewhere")
        else:
            self.send_response(int(mode))
        self.send_header("content-length", "0")
        self.end_headers()

    do_GET = do_POST

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
server.daemon_threads = True
if len(sys.argv) > 3:
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(sys.argv[3], sys.argv[4])
    server.socket = context.wrap_socket(server.socket, server_side=True)
print(server.server_address[1], flush=True)
server.serve_forever()
