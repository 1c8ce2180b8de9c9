/**
 * A name server with a handful of answers, and the resolver of the machine that asks it; prints what is known then.
 * To be run where port 53 is free and /etc/resolv.conf leads to 127.0.0.1.
 */
import { createSocket } from 'node:dgram';
import { once } from 'node:events';
import { HostNames } from '../host-names.ts';
import { parseIp } from '../ip.ts';

const A = 1;
const AAAA = 28;
const NO_SUCH_NAME = 3;

const ANSWERS = new Map([
  [A, '93.184.216.34'],
  [AAAA, '2001:db8::5'],
]);

/** The answer to a question with one name (RFC 1035). */
function answerTo(question: Buffer): Buffer {
  let end = 12;
  const labels: string[] = [];
  for (let length = question[end] ?? 0; length > 0; length = question[end] ?? 0) {
    labels.push(question.toString('latin1', end + 1, end + 1 + length));
    end += length + 1;
  }
  const type = question.readUInt16BE(end + 1);
  end += 5;
  const address = labels.join('.') === 'host.test' ? parseIp(ANSWERS.get(type) ?? '') : undefined;
  const header = Buffer.from(question.subarray(0, end));
  header.writeUInt16BE(0x8180 | (labels[0] === 'host' ? 0 : NO_SUCH_NAME), 2);
  header.writeUInt16BE(address === undefined ? 0 : 1, 6);
  header.writeUInt32BE(0, 8);
  if (address === undefined) return header;
  const record = Buffer.alloc(12);
  // The name is the one of the question.
  record.writeUInt16BE(0xc00c, 0);
  record.writeUInt16BE(type, 2);
  record.writeUInt16BE(1, 4);
  record.writeUInt32BE(60, 6);
  record.writeUInt16BE(address.length, 10);
  return Buffer.concat([header, record, Buffer.from(address, 'latin1')]);
}

const server = createSocket('udp4');
server.on('message', (question, { port, address }) => server.send(answerTo(question), port, address));
server.bind(53, '127.0.0.1');
await once(server, 'listening');

const failures: string[] = [];
const hosts = new HostNames({ onFailure: (name) => failures.push(name) });
hosts.ask(['host.test', 'nobody.test']);
await hosts.settled();
const known = ['93.184.216.34', '2001:db8::5', '9.9.9.9'].map((text) => [
  text,
  hosts.namesOf(parseIp(text) ?? ''),
]);
console.log(JSON.stringify({ ...Object.fromEntries(known), failures }));
hosts.close();
server.close();
