// node peer.mjs INSTALLED SERVER TOKEN: what an independent implementation makes of the server, a
// line for each thing that happens. INSTALLED: the folder with node_modules.
import {createRequire} from 'node:module';
import {once} from 'node:events';
import {instance} from './instance.mjs';

const [installed, server, token] = process.argv.slice(2);
const {WebSocket} = createRequire(`${installed}/package.json`)('ws');
const say = (...words) => console.log(...words);

async function api(method, path, body) {
  const answer = await fetch(`${server}/api/v1${path}`, {
    method,
    headers: {authorization: `Bearer ${token}`, 'content-type': 'application/json'},
    body: body && JSON.stringify(body),
  });
  if (!answer.ok) throw new Error(`${method} ${path}: ${answer.status} ${await answer.text()}`);
  return answer.json();
}

/// Uploads and deploys it, and waits for the end.
async function deploy(version, data) {
  await api('POST', '/configs/shop.production/versions', {version, data});
  const {id} = await api('POST', '/deployments', {
    configName: 'shop.production', configVersion: version, strategy: {type: 'Direct'},
  });
  for (;;) {
    const {state} = await api('GET', `/deployments/${id}`);
    if (['Succeeded', 'Failed', 'RolledBack'].includes(state)) return say('deployment', state);
    await new Promise((done) => setTimeout(done, 20));
  }
}

await api('POST', '/configs',
    {name: 'shop.production', serviceName: 'shop', environment: 'Production'});
const me = await api('POST', '/instances', {serviceName: 'shop', environment: 'Production'});
const large = {text: 'ä'.repeat(200_000)};
const socket = instance(WebSocket, {server, id: me.id, token: me.token}, (version, config) => {
  say('config', version, JSON.stringify(config).length);
  return version !== '3.0.0';
});
socket.once('upgrade', ({statusCode}) => say('upgraded', statusCode));
await once(socket, 'open');
say('protocol', socket.protocol, 'extensions', socket.extensions || 'none');

socket.ping('are you there?');
say('pong', String((await once(socket, 'pong'))[0]));

socket.send('{"status":', {fin: false});
socket.ping();
socket.send('"heal', {fin: false});
socket.send('thy"}', {fin: true});
await once(socket, 'pong');
say('heartbeat', (await once(socket, 'heartbeat'))[0].heartbeatInterval);

socket.send('{"status":"sleepy"}');
const [problem] = await once(socket, 'problem');
say('problem', problem.status, problem.reason, problem.errors[0].path);

await deploy('1.0.0', {a: 1});
await deploy('2.0.0', large);
await deploy('3.0.0', {a: 3});

socket.send(JSON.stringify({logs: [{message: 'x'.repeat(500_000)}]}));
say('large heartbeat', (await once(socket, 'heartbeat'))[0].heartbeatInterval);

for (let i = 0; i < 5; ++i) socket.send('{"observed":{}}');
socket.send('{}');
await once(socket, 'heartbeat');
say('all taken');

socket.close(1000, 'that is all');
say('closed', (await once(socket, 'close'))[0]);

const forbidden = [['binary', (it) => it.send(Buffer.from('{}'))],
                   ['unmasked', (it) => it.send('{}', {mask: false})],
                   ['reserved bit', (it) => it._sender.sendFrame([Buffer.from([0xc1, 0x80, 0, 0, 0, 0])])],
                   ['too long', (it) => it.send(' '.repeat(2 << 20))]];
for (const [what, speak] of forbidden) {
  const bad = instance(WebSocket, {server, id: me.id, token: me.token}, () => true);
  bad.on('error', () => {});  // its own words for a connection that ends while it still sends
  await once(bad, 'open');
  speak(bad);
  say(what, (await once(bad, 'close'))[0]);
}

const refused = instance(WebSocket, {server, id: me.id, token: 'x'}, () => true);
refused.on('unexpected-response', (_, {statusCode}) => {
  say('refused', statusCode);
  process.exit(0);
});
