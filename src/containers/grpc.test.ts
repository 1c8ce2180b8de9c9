import assert from 'node:assert/strict';
import { createServer } from 'node:http2';
import { type TestContext, test } from 'node:test';
import { GrpcSocket } from './grpc.ts';
import { bytesField } from './protobuf.ts';
import { notFound, serveGrpc, socketPath } from './testing.ts';

function socketFor(context: TestContext, path: string): GrpcSocket {
  const socket = new GrpcSocket(path);
  context.after(() => socket.close());
  return socket;
}

const NOTHING = Buffer.alloc(0);

test('a question and its answer, with headers, several at a time', async (context) => {
  const path = await serveGrpc(context, (method, question, headers) =>
    bytesField(1, `${method} ${headers['containerd-namespace']} ${question.toString('latin1')}`),
  );
  const socket = socketFor(context, path);
  const ask = (text: string) =>
    socket.call('a.B/C', Buffer.from(text), { 'containerd-namespace': 'default' });
  const answers = await Promise.all(['one', 'two'].map(ask));
  assert.deepEqual(
    answers.map((answer) => answer.text(1)),
    ['a.B/C default one', 'a.B/C default two'],
  );
});

test('a refusal has its code', async (context) => {
  const socket = socketFor(context, await serveGrpc(context, () => notFound()));
  await assert.rejects(socket.call('a.B/C', NOTHING), { code: 5 });
});

test('no server, and one that breaks off, are failures; the next call connects anew', async (context) => {
  const path = socketPath(context);
  const socket = socketFor(context, path);
  await assert.rejects(socket.call('a.B/C', NOTHING), { code: 'ENOENT' });
  const server = createServer();
  context.after(() => void server.close());
  let calls = 0;
  server.on('stream', (stream) => {
    calls++;
    stream.session?.destroy();
  });
  await new Promise<void>((resolve) => server.listen(path, resolve));
  await assert.rejects(socket.call('a.B/C', NOTHING));
  await assert.rejects(socket.call('a.B/C', NOTHING));
  assert.equal(calls, 2);
});

test('a server that speaks something else is a failure', async (context) => {
  const path = socketPath(context);
  const server = createServer((_request, response) => response.end('hello'));
  await new Promise<void>((resolve) => server.listen(path, resolve));
  context.after(() => void server.close());
  await assert.rejects(socketFor(context, path).call('a.B/C', NOTHING), /without an answer/);
});
