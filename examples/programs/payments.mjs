#!/usr/bin/env node
// Takes payments as its configuration says. Knows nothing of HotSwap but an address to ask: the agent
// answers as soon as something changed, so no reload is needed.
//
//   hotswap agent --service payment-service --environment Production --port 8082 \
//       --serve 127.0.0.1:0 --scrape http://127.0.0.1:8082/metrics --latency payment_seconds \
//       --errors 'payments_total{code=~"5.."}' -- node payments.mjs --port 8082
//
// POST /pay   GET /healthz   GET /metrics   GET /config

import http from "node:http";

const kBounds = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, Infinity];
const kAgent = process.env.HOTSWAP_AGENT;
const argument = (name, otherwise) =>
  process.argv.includes(name) ? process.argv[process.argv.indexOf(name) + 1] : otherwise;
const sleep = (ms) => new Promise((done) => setTimeout(done, ms));

let config = null;
let version = "";

/// Asks for ever; each answer waits up to 50 s for a change.
async function follow() {
  for (let etag = ""; ; ) {
    try {
      const headers = etag ? { "If-None-Match": etag } : {};
      const answer = await fetch(`${kAgent}/config?wait=50s`, { headers });
      if (answer.status === 200) {
        config = await answer.json(); // one assignment: a payment sees the old one or the new one
        version = answer.headers.get("x-hotswap-version");
        etag = answer.headers.get("etag");
      }
    } catch {
      await sleep(1000); // the agent is away; what we have goes on
    }
  }
}

// The limits are real ones, so that a bad value shows as latency and errors under load.
let busy = 0;
const waiting = [];

async function connection(size, patience) {
  if (busy >= size) {
    const freed = new Promise((go) => waiting.push(go));
    const late = sleep(patience).then(() => "late");
    if ((await Promise.race([freed, late])) === "late") return false;
  }
  busy += 1;
  return true;
}

const normal = () =>
  Math.sqrt(-2 * Math.log(1 - Math.random())) * Math.cos(2 * Math.PI * Math.random());

async function pay(order) {
  if (!config) return 503;
  const { payment, database } = config;
  if (!payment.currencies.includes(order.currency)) return 422;
  const patience = Math.min(database.timeoutMs, payment.providerTimeoutMs ?? 1000);
  if (!(await connection(database.poolSize, patience))) return 503;
  try {
    for (let tries = 0; tries <= payment.retries; ++tries) {
      const work = payment.providerLatencyMs * Math.exp(0.25 * normal());
      await sleep(Math.min(work, patience));
      if (work <= patience) return 200;
    }
    return 504;
  } finally {
    busy -= 1;
    waiting.shift()?.();
  }
}

const codes = new Map();
const buckets = kBounds.map(() => 0);
let seconds = 0;

function count(code, took) {
  codes.set(code, (codes.get(code) ?? 0) + 1);
  buckets[kBounds.findIndex((bound) => took <= bound)] += 1;
  seconds += took;
}

function metrics() {
  const lines = ["# TYPE payments_total counter"];
  for (const [code, n] of codes) lines.push(`payments_total{code="${code}"} ${n}`);
  lines.push("# TYPE payment_seconds histogram");
  let total = 0;
  kBounds.forEach((bound, i) => {
    total += buckets[i];
    lines.push(`payment_seconds_bucket{le="${bound === Infinity ? "+Inf" : bound}"} ${total}`);
  });
  lines.push(`payment_seconds_sum ${seconds}`, `payment_seconds_count ${total}`);
  return lines.join("\n") + "\n";
}

async function handle(request) {
  if (request.method === "GET") {
    if (request.url === "/metrics") return [200, metrics(), "text/plain; version=0.0.4"];
    if (request.url === "/healthz") return [config ? 200 : 503, '{"status":"ok"}'];
    if (request.url === "/config") return [200, JSON.stringify({ version, config })];
  }
  if (request.method !== "POST" || request.url !== "/pay") return [404, '{"error":"not found"}'];
  let body = "";
  for await (const part of request) body += part;
  let order;
  try {
    order = JSON.parse(body);
  } catch {
    return [400, '{"error":"the body is no JSON"}'];
  }
  const began = performance.now();
  const code = await pay(order);
  count(code, (performance.now() - began) / 1000);
  return [code, code === 200 ? '{"status":"paid"}' : '{"error":"not paid"}'];
}

const server = http.createServer(async (request, response) => {
  const [code, text, type = "application/json"] = await handle(request);
  response.writeHead(code, { "Content-Type": type, "Content-Length": Buffer.byteLength(text) });
  response.end(text);
});
server.listen(Number(argument("--port", "0")), "127.0.0.1", () =>
  console.log("listening", server.address().port),
);
process.on("SIGTERM", () => process.exit(0));
follow();
