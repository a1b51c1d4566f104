// A receiver of OTLP/HTTP that decodes with OpenTelemetry's own generated code and tells what it
// got. GET /spans, /metrics, /requests; PUT /behaviour {"status", "retryAfter", "times", "hang"}.
import { createServer } from 'node:http';
import { createRequire } from 'node:module';
import { gunzipSync } from 'node:zlib';

const installed = createRequire(process.argv[2] + '/package.json');
const root = installed('@opentelemetry/otlp-transformer/build/src/generated/root.js');
const { ExportTraceServiceRequest, ExportTraceServiceResponse } =
  root.opentelemetry.proto.collector.trace.v1;
const { ExportMetricsServiceRequest } = root.opentelemetry.proto.collector.metrics.v1;

const spans = [];
const metrics = [];
const requests = [];
const held = new Set();
let behaviour = { status: 200 };

const plain = { longs: String, enums: Number, bytes: Buffer, defaults: false };
const hex = (bytes) => (bytes === undefined ? '' : Buffer.from(bytes).toString('hex'));
const valueOf = (any) =>
  any.stringValue ?? any.boolValue ?? any.doubleValue ??
  (any.intValue === undefined ? null : Number(any.intValue));
const attributesOf = (list = []) =>
  Object.fromEntries(list.map(({ key, value }) => [key, valueOf(value ?? {})]));

function spanOf(span, resource, scope) {
  return {
    trace: hex(span.traceId),
    id: hex(span.spanId),
    parent: hex(span.parentSpanId),
    state: span.traceState ?? '',
    name: span.name ?? '',
    kind: span.kind ?? 0,
    flags: span.flags ?? 0,
    start: span.startTimeUnixNano ?? '0',
    end: span.endTimeUnixNano ?? '0',
    attributes: attributesOf(span.attributes),
    links: (span.links ?? []).map((link) => ({ trace: hex(link.traceId), id: hex(link.spanId) })),
    status: span.status?.code ?? 0,
    message: span.status?.message ?? '',
    resource: attributesOf(resource?.attributes),
    scope: scope?.name ?? '',
  };
}

function takeTraces(body) {
  const request = ExportTraceServiceRequest.toObject(ExportTraceServiceRequest.decode(body), plain);
  for (const ofResource of request.resourceSpans ?? [])
    for (const ofScope of ofResource.scopeSpans ?? [])
      for (const span of ofScope.spans ?? [])
        spans.push(spanOf(span, ofResource.resource, ofScope.scope));
}

function takeMetrics(body) {
  const request = ExportMetricsServiceRequest.decode(body);
  const decoded = ExportMetricsServiceRequest.toObject(request, { ...plain, bytes: String });
  for (const ofResource of decoded.resourceMetrics ?? [])
    for (const ofScope of ofResource.scopeMetrics ?? [])
      for (const metric of ofScope.metrics ?? []) {
        const resource = attributesOf(ofResource.resource?.attributes);
        for (const kind of ['gauge', 'sum', 'histogram'])
          for (const point of metric[kind]?.dataPoints ?? [])
            point.attributes = attributesOf(point.attributes);
        metrics.push({ ...metric, resource });
      }
}

function respond(response, status, body, headers = {}) {
  response.writeHead(status, headers);
  response.end(body);
}

function receive(request, response, body) {
  requests.push({ path: request.url, headers: request.headers, bytes: body.length });
  const now = behaviour;
  if (now.times !== undefined && --behaviour.times <= 0) behaviour = { status: 200 };
  if (now.hang) return void held.add(response);
  if (now.status !== 200) {
    const headers = now.retryAfter === undefined ? {} : { 'Retry-After': now.retryAfter };
    return respond(response, now.status, 'no', headers);
  }
  try {
    const plainBody = request.headers['content-encoding'] === 'gzip' ? gunzipSync(body) : body;
    if (request.url.endsWith('/v1/metrics')) takeMetrics(plainBody);
    else takeTraces(plainBody);
  } catch (error) {
    return respond(response, 400, String(error));
  }
  const partial = now.rejected === undefined
    ? {} : { partialSuccess: { rejectedSpans: now.rejected, errorMessage: 'too old' } };
  const answer = ExportTraceServiceResponse.encode(ExportTraceServiceResponse.create(partial));
  respond(response, 200, answer.finish(), { 'Content-Type': 'application/x-protobuf' });
}

function control(request, response, body) {
  if (request.method === 'PUT') {
    behaviour = { status: 200, ...JSON.parse(body.toString()) };
    for (const one of held) one.destroy();
    held.clear();
    return respond(response, 200, '{}');
  }
  const answers = { '/spans': spans, '/metrics': metrics, '/requests': requests };
  respond(response, 200, JSON.stringify(answers[request.url] ?? null),
    { 'Content-Type': 'application/json' });
}

createServer((request, response) => {
  const pieces = [];
  request.on('data', (piece) => pieces.push(piece));
  request.on('end', () => {
    const body = Buffer.concat(pieces);
    if (request.method === 'POST') receive(request, response, body);
    else control(request, response, body);
  });
}).listen(Number(process.argv[3] ?? 0), '127.0.0.1', function () {
  console.log(`listening ${this.address().port}`);
});
