/** Names of control groups that make a process look as if it were in another container than it is. */
import assert from 'node:assert/strict';
import { existsSync, mkdirSync, readFileSync, rmdirSync, rmSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { after, before, describe, test } from 'node:test';
import { cannotWatch } from '../../support/lanner.ts';
import { type Alert, lannerRun } from '../../support/lanner-run.ts';
import { FOLDER, rulesOf } from './ways.ts';

/** The engine's containers: one that must not read the file, and one that may. */
const ATTACKED = 'a1'.repeat(32);
const TRUSTED = 'b2'.repeat(32);
const IMAGES: Readonly<Record<string, string>> = { [ATTACKED]: 'example/web', [TRUSTED]: 'example/trusted' };

const FILE = join(FOLDER, 'a-file');
/** Below /run: an engine of the system's. */
const SOCKET = `/run/lanner-evasions-${process.pid}.sock`;
const READS = 20;

const RULES = `
- rule: Read by Untrusted
  desc: The file is read by others than the container that may.
  condition: >
    evt.type in (open, openat) and fd.name = ${FILE} and proc.name = cat
    and not container.image.repository = example/trusted
  output: "%container.id %container.image.repository"
  priority: WARNING
`;

/** Where control groups of version 2 are, as the only ones or beside those of version 1. */
function unifiedRoot(): string | undefined {
  const line = readFileSync('/proc/self/mounts', 'latin1')
    .split('\n')
    .find((mount) => / cgroup2 /.test(mount));
  return line?.split(' ')[1];
}

function engine(): Server {
  return createServer(({ url = '' }, response) => {
    const id = /\/containers\/([0-9a-f]{64})\/json/.exec(url)?.[1] ?? '';
    const image = IMAGES[id];
    response.writeHead(image === undefined ? 404 : 200, { 'content-type': 'application/json' });
    response.end(
      JSON.stringify(image === undefined ? {} : { Id: id, Name: '/it', Config: { Image: image } }),
    );
  });
}

/** Each way: the control group, and the container that alerts name once the engine has answered. */
const WAYS: Readonly<Record<string, { group: string; container: string }>> = {
  'as it is': { group: `docker-${ATTACKED}.scope`, container: ATTACKED.slice(0, 12) },
  'another container below its own': {
    group: `docker-${ATTACKED}.scope/docker-${TRUSTED}.scope`,
    container: ATTACKED.slice(0, 12),
  },
  'a container among the control groups of a user': {
    group: `user@1000.service/docker-${TRUSTED}.scope`,
    container: 'host',
  },
};

const unified = unifiedRoot();
const skip = cannotWatch() || (unified === undefined ? 'there are no control groups of version 2' : false);

describe('which container a process is in', { skip }, () => {
  const server = engine();
  const made: string[] = [];
  const base = `${unified}/lanner-evasions-${process.pid}`;

  before(async () => {
    writeFileSync(FILE, 'text\n');
    await new Promise<void>((done) => server.listen(SOCKET, done));
    for (const { group } of Object.values(WAYS)) make(join(base, group));
  });
  after(() => {
    server.close();
    rmSync(SOCKET, { force: true });
    for (const folder of made.toReversed()) rmdirSync(folder);
  });

  function make(folder: string): void {
    if (existsSync(folder)) return;
    make(dirname(folder));
    mkdirSync(folder);
    made.push(folder);
  }

  for (const [name, { group, container }] of Object.entries(WAYS))
    test(name, async () => {
      // The engine's answer takes a moment: what counts is what is believed then.
      const script = `home=${unified}$(sed -n 's/^0:://p' /proc/self/cgroup); echo $$ > ${base}/${group}/cgroup.procs
        for i in $(seq ${READS}); do cat ${FILE} > /dev/null; sleep 0.05; done
        echo $$ > "$home/cgroup.procs"`;
      const { alerts, errors, exitCode } = await lannerRun({
        command: ['sh', '-c', script],
        rules: rulesOf(RULES),
        settings: [`container_engines.docker.sockets[0]=${SOCKET}`],
      });
      assert.equal(exitCode, 0, errors);
      const told = (alert: Alert | undefined) => alert?.output_fields['container.id'];
      assert.equal(told(alerts.at(-1)), container, `${JSON.stringify(alerts.at(-1))}\n${errors}`);
      assert.ok(alerts.length > READS / 2, `${alerts.length} alerts`);
    });
});
