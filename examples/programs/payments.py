#!/usr/bin/env python3
"""Takes payments as its configuration says. Knows nothing of HotSwap: it reads a JSON file, and reads
it again on SIGHUP.

  hotswap agent --service payment-service --environment Production --port 8081 \
      --file app.json --reload-signal HUP --serve 127.0.0.1:0 \
      --scrape http://127.0.0.1:8081/metrics --latency payment_seconds \
      --errors 'payments_total{code=~"5.."}' -- python3 payments.py --port 8081

POST /pay   GET /healthz   GET /metrics   GET /config
"""
import json
import os
import random
import signal
import sys
import threading
import time
import urllib.request
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

BOUNDS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5]


def argument(name, default):
    return sys.argv[sys.argv.index(name) + 1] if name in sys.argv else default


class Shop:
    """The limits are real ones, so that a bad value shows as latency and errors under load."""

    def __init__(self, file):
        self.file = file
        self.lock = threading.Condition()
        self.busy = 0
        self.codes = {}
        self.buckets = [0] * (len(BOUNDS) + 1)
        self.seconds = 0.0
        self.config, self.version = {}, ""
        self.load()

    def load(self, *_):
        with open(self.file, encoding="utf-8") as text:
            config = json.load(text)
        self.config = config  # one assignment: a payment sees the old one or the new one
        agent = os.environ.get("HOTSWAP_AGENT", "")
        if agent.startswith("http"):
            with urllib.request.urlopen(agent + "/config", timeout=2) as answer:
                self.version = answer.headers["X-HotSwap-Version"]

    def pay(self, order):
        config = self.config
        payment, database = config["payment"], config["database"]
        if order.get("currency") not in payment["currencies"]:
            return 422
        patience = min(database["timeoutMs"], payment.get("providerTimeoutMs", 1000)) / 1000
        with self.lock:
            if not self.lock.wait_for(lambda: self.busy < config["database"]["poolSize"], patience):
                return 503
            self.busy += 1
        try:
            for _ in range(payment["retries"] + 1):
                work = payment["providerLatencyMs"] / 1000 * random.lognormvariate(0, 0.25)
                time.sleep(min(work, patience))
                if work <= patience:
                    return 200
            return 504
        finally:
            with self.lock:
                self.busy -= 1
                self.lock.notify()

    def count(self, code, seconds):
        with self.lock:
            self.codes[code] = self.codes.get(code, 0) + 1
            self.seconds += seconds
            self.buckets[sum(seconds > bound for bound in BOUNDS)] += 1

    def metrics(self):
        with self.lock:
            lines = ["# TYPE payments_total counter"]
            lines += [f'payments_total{{code="{c}"}} {n}' for c, n in sorted(self.codes.items())]
            lines.append("# TYPE payment_seconds histogram")
            total = 0
            for bound, count in zip(BOUNDS + ["+Inf"], self.buckets):
                total += count
                lines.append(f'payment_seconds_bucket{{le="{bound}"}} {total}')
            lines += [f"payment_seconds_sum {self.seconds}", f"payment_seconds_count {total}"]
            return "\n".join(lines) + "\n"


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def answer(self, code, text, kind="application/json"):
        body = text.encode()
        self.send_response(code)
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def do_GET(self):
        if self.path == "/metrics":
            self.answer(200, shop.metrics(), "text/plain; version=0.0.4")
        elif self.path == "/healthz":
            self.answer(200, '{"status":"ok"}')
        elif self.path == "/config":
            self.answer(200, json.dumps({"version": shop.version, "config": shop.config}))
        else:
            self.answer(404, '{"error":"not found"}')

    def do_POST(self):
        body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
        if self.path != "/pay":
            return self.answer(404, '{"error":"not found"}')
        try:
            order = json.loads(body)
        except ValueError:
            return self.answer(400, '{"error":"the body is no JSON"}')
        began = time.monotonic()
        code = shop.pay(order)
        shop.count(code, time.monotonic() - began)
        self.answer(code, '{"status":"paid"}' if code == 200 else '{"error":"not paid"}')

    def log_message(self, *_):
        pass


class Server(ThreadingHTTPServer):
    request_queue_size = 128
    daemon_threads = True


shop = Shop(argument("--file", os.environ.get("HOTSWAP_FILE", "app.json")))
server = Server(("127.0.0.1", int(argument("--port", "0"))), Handler)
signal.signal(signal.SIGHUP, shop.load)
signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
print("listening", server.server_address[1], flush=True)
server.serve_forever()
