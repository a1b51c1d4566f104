// An instance in a few lines: what is desired comes down its stream, what it says goes up.
export function instance(WebSocket, {server, id, token}, apply) {
  const url = `${server.replace('http', 'ws')}/api/v1/instances/${id}/stream`;
  const socket = new WebSocket(url, 'hotswap.v1', {headers: {authorization: `Bearer ${token}`}});
  const beat = setInterval(() => socket.send('{"status":"healthy"}'), 30_000);
  const held = new Map();  // by hash; what is not held is fetched with GET …/configs
  socket.on('message', (text) => {
    const [, event, line] = /^event: (\w+)\n.*?data: (.*)\n\n$/s.exec(text);
    const data = JSON.parse(line);
    if (event === 'config') held.set(data.hash, data.data);
    if (event === 'config' || event === 'activate') {
      const {profile, version, generation, hash} = data;
      const state = apply(version, held.get(hash)) ? 'applied' : 'rejected';
      socket.send(JSON.stringify({observed: {[profile]: {version, generation, hash, state}}}));
    }
    socket.emit(event, data);  // heartbeat: data.token is to be kept; problem: data.detail says why
  });
  socket.on('close', () => clearInterval(beat));
  return socket;
}
