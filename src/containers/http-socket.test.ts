import assert from 'node:assert/strict';
import { createServer, type ServerResponse } from 'node:http';
import { type TestContext, test } from 'node:test';
import { HttpSocket } from './http-socket.ts';
import { socketPath } from './testing.ts';

/** A client of a server that answers as `answer` does. */
async function connected(
  context: TestContext,
  answer: (response: ServerResponse) => void,
  limitMs?: number,
): Promise<HttpSocket> {
  const path = socketPath(context);
  const server = createServer((_request, response) => answer(response));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  const socket = new HttpSocket(path, limitMs);
  context.after(() => {
    socket.close();
    server.closeAllConnections();
    server.close();
  });
  return socket;
}

test('a stream is taken line by line, wherever its pieces end', async (context) => {
  const socket = await connected(context, (response) => {
    response.write('{"id":"o');
    setImmediate(() => response.end('ne"}\n{"id":"two"}\n'));
  });
  const taken: string[] = [];
  await socket.follow('/', (json) => taken.push(json.at('id').text()));
  assert.deepEqual(taken, ['one', 'two']);
});

test('an engine that breaks off in the middle is a failure, of a stream and of an answer', async (context) => {
  const socket = await connected(context, (response) => {
    response.write('{"id":"one"}\n');
    setImmediate(() => response.destroy());
  });
  const taken: string[] = [];
  await assert.rejects(socket.follow('/', (json) => taken.push(json.at('id').text())));
  assert.deepEqual(taken, ['one']);
  await assert.rejects(socket.get('/'));
});

test('closing ends a stream', async (context) => {
  const socket = await connected(context, (response) => void response.write('{"id":"one"}\n'));
  await assert.rejects(socket.follow('/', () => setImmediate(() => socket.close())));
});

test('an answer without end is refused', async (context) => {
  const piece = 'x'.repeat(1 << 20);
  const socket = await connected(context, (response) => {
    for (let count = 0; count < 9; count++) response.write(piece);
  });
  await assert.rejects(socket.get('/'), /more than 8388608 bytes/);
});

test('an engine that does not answer is given up, before its answer and in the middle', async (context) => {
  const silent = await connected(context, () => {}, 10);
  await assert.rejects(silent.get('/'), { message: 'no answer within 0.01 s' });
  const endless = await connected(context, (response) => void response.write('{'), 50);
  await assert.rejects(endless.get('/'), { message: 'no answer within 0.05 s' });
});
