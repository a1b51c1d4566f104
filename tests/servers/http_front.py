"""The HTTP side of the servers that the tests write themselves: threads, TLS, faults on demand.

Beside the imitated API there are, for tests only:
  POST /test/fault   {"path": prefix, "times": n, "status": …, "body": text, "type": …,
                      "headers": {…}, "delay": seconds, "break": true, "repeat": n times the body;
                      or "raw": bytes as they are, "trickle": one by one with so many seconds between}:
                      what comes instead
  POST /test/set     {"clock": seconds to move on, …}: passed to the server's `set`
  GET  /test/calls   every request since the last look, as ["GET /v1/…", …]
  GET  /test/traces  the same as [["GET /v1/…", traceparent or ""], …]
"""

import argparse
import json
import ssl
import threading
import time
import urllib.parse
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class State:
    def __init__(self):
        self.lock = threading.Lock()
        self.faults, self.calls, self.traces = [], [], []

    def fault_for(self, path):
        for fault in self.faults:
            if path.startswith(fault.get("path", "/")) and fault.get("times", 1) > 0:
                fault["times"] = fault.get("times", 1) - 1
                return fault
        return None


def make_handler(state, answer, change):
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def log_message(self, *_):
            pass

        def reply(self, status, body, headers=None):
            data = b"" if body is None else body if isinstance(body, bytes) else \
                json.dumps(body).encode() + b"\n"
            self.send_response(status)
            headers = {"Content-Type": "application/json", "Cache-Control": "no-store",
                       **(headers or {})}
            if status != 204:
                headers["Content-Length"] = str(len(data))
            for name, value in headers.items():
                self.send_header(name, value)
            self.end_headers()
            if self.command != "HEAD" and status != 204:
                self.wfile.write(data)

        def on_test(self, path, body):
            if path == "/test/fault":
                state.faults.append(body)
            elif path == "/test/set":
                change(body)
            elif path == "/test/calls":
                calls, state.calls = state.calls, []
                return self.reply(200, calls)
            elif path == "/test/traces":
                traces, state.traces = state.traces, []
                return self.reply(200, traces)
            return self.reply(204, None)

        def do_anything(self):
            size = int(self.headers.get("Content-Length") or 0)
            raw = self.rfile.read(size) if size else b""
            url = urllib.parse.urlsplit(self.path)
            with state.lock:
                try:
                    body = json.loads(raw) if raw else {}
                except ValueError:
                    return self.reply(400, {"errors": ["error parsing JSON"]})
                if url.path.startswith("/test/"):
                    return self.on_test(url.path, body)
                state.calls.append(self.command + " " + self.path)
                state.traces.append([state.calls[-1], self.headers.get("traceparent") or ""])
                fault = state.fault_for(url.path)
                if fault is None:
                    path = urllib.parse.unquote(url.path, errors="surrogateescape")
                    query = urllib.parse.parse_qs(url.query, keep_blank_values=True)
                    return self.reply(*answer(self.command, path, query, body, self.headers))
            return self.fail(fault)

        def write_raw(self, data, pause):
            self.close_connection = True
            try:
                for part in [data[i:i + 1] for i in range(len(data))] if pause else [data]:
                    self.wfile.write(part)
                    self.wfile.flush()
                    time.sleep(pause)
            except OSError:
                pass  # the client had enough

        def fail(self, fault):
            time.sleep(fault.get("delay", 0))
            if "raw" in fault:
                data = fault["raw"].encode() + fault.get("more", "").encode() * fault.get("repeat", 0)
                return self.write_raw(data, fault.get("trickle", 0))
            if fault.get("break"):
                self.close_connection = True
                return None
            headers = {"Content-Type": fault.get("type", "application/json"),
                       **fault.get("headers", {})}
            text = fault.get("body", "{\"errors\":[]}") * fault.get("repeat", 1)
            return self.reply(fault.get("status", 500), text.encode(), headers)

        do_GET = do_POST = do_PUT = do_DELETE = do_LIST = do_HEAD = do_PATCH = do_anything

    return Handler


def serve(make, arguments=()):
    """`make(options)`: the pair of answer(method, path, query, body, headers), which gives status,
    body and headers, and change(body) for /test/set."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--port", type=int, default=0)
    parser.add_argument("--tls-cert")
    parser.add_argument("--tls-key")
    for name, options in arguments:
        parser.add_argument(name, **options)
    options = parser.parse_args()
    state = State()
    ThreadingHTTPServer.request_queue_size = 128
    server = ThreadingHTTPServer(("127.0.0.1", options.port),
                                 make_handler(state, *make(options)))
    server.daemon_threads = True
    if options.tls_cert:
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        context.load_cert_chain(options.tls_cert, options.tls_key)
        server.socket = context.wrap_socket(server.socket, server_side=True,
                                            do_handshake_on_connect=False)
    print("listening 127.0.0.1:%d" % server.server_address[1], flush=True)
    server.serve_forever()
