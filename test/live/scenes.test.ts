/**
 * All scenes that ship with Lanner, with their legitimate twins: against Falco's rules as they are, with all 93
 * of them enabled, and against the default rules. Every scene is a test.
 */
import assert from 'node:assert/strict';
import { existsSync, globSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, describe, type TestContext, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { loadScenes } from '../../src/scenes/load.ts';
import { descendants, processParents } from '../../src/sources/kernel/scope.ts';
import { type Engine, missingPrograms, startDocker } from '../support/engines.ts';
import { cannotWatch, LANNER, lanner, ROOT, start } from '../support/lanner.ts';

/** As `lanner scenes --format json` prints it. */
interface Verdict {
  readonly scene: string;
  readonly twin: boolean;
  readonly result: string;
  readonly rules: readonly { readonly rule: string; readonly delay_ms: number | null }[];
  readonly reason?: string;
}

const UPSTREAM = resolve(ROOT, '../shared/upstream-rules');
const UPSTREAM_FILES = ['falco_rules.yaml', 'falco-incubating_rules.yaml', 'falco-sandbox_rules.yaml'];
const UPSTREAM_RULES = 93;
/** Rules that match nothing as they are: a list of namespaces that is empty, and a condition that every container fulfils. */
const WITHOUT_SCENE = ['Network Connection outside Local Subnet', 'Launch Disallowed Container'];
/** Hosts that scenes have to know. Lanner runs in a network without name servers: nobody else is asked for them. */
const HOSTS =
  '127.0.0.1 localhost\n198.51.100.8 kubernetes.default.svc.cluster.local\n198.51.100.9 xmr-eu1.nanopool.org\n';

/** The slow machine of test/kernels, where everything takes twenty times as long. */
const isSlow = process.env.LANNER_OWN_MACHINE !== undefined;
/** For all scenes, on a machine that has much else to do. */
const LIMIT_MS = isSlow ? 1_500_000 : 170_000;

/** What Lanner may have to say about this machine. */
const EXPECTED: readonly RegExp[] = [
  // Of the hosts that rules name only two are known here.
  /: the host \S+ in the rules is not known: /,
  // It is asked again; what it knows matters to scenes, which fail without.
  ...(isSlow ? [/docker at \S+ cannot be asked about containers: no answer within/] : []),
];

const scenes = await loadScenes();
const skip = cannotWatch() || missingPrograms('runc');
const noEngine = missingPrograms('dockerd', '/usr/bin/docker');
/** Debian's own client before all others. */
const env = { PATH: `/usr/bin:${process.env.PATH}` };

/** Runs while Falco's rules are tried, which ask about what an engine knows. */
let engine: Engine | undefined;

/** Arguments that let Lanner know no container engine but ours. */
function engineArguments(): string[] {
  const value = engine ? `sockets[0]=${engine.socket}` : 'enabled=false';
  const others = ['podman', 'cri', 'containerd'].map((api) => `container_engines.${api}.enabled=false`);
  return [`container_engines.docker.${value}`, ...others].flatMap((option) => ['-o', option]);
}

async function perform(...args: string[]): Promise<Map<string, Verdict>> {
  const own = ['scenes', '--format', 'json', ...engineArguments()];
  const folder = mkdtempSync(join(tmpdir(), 'lanner-hosts-'));
  writeFileSync(join(folder, 'hosts'), HOSTS);
  const script = `mount --bind ${folder}/hosts /etc/hosts; exec "$@"`;
  const { stdout, stderr } = await start(
    'unshare',
    ['--mount', '--net', 'sh', '-ec', script, 'prepare', LANNER, ...own, ...args],
    { env, limitMs: LIMIT_MS },
  ).finished;
  rmSync(folder, { recursive: true });
  assert.deepEqual(
    stderr.split('\n').filter((line) => line !== '' && !EXPECTED.some((expected) => expected.test(line))),
    [],
  );
  const verdicts = JSON.parse(stdout) as Verdict[];
  return new Map(verdicts.map((verdict) => [`${verdict.scene}${verdict.twin ? ', twin' : ''}`, verdict]));
}

function check(context: TestContext, verdict: Verdict | undefined, expected: string): void {
  assert.ok(verdict, 'it was not performed');
  if (verdict.result === 'skipped' && !engine) context.skip(verdict.reason ?? '');
  else assert.equal(verdict.result, expected, JSON.stringify(verdict));
}

/** Scenes and twins of one set of rules. */
function performances(
  title: string,
  which: 'falco' | 'lanner',
  unable: string | false,
  args: string[],
): void {
  const chosen = scenes.filter((scene) => scene[which].length > 0);
  describe(title, { skip: unable }, () => {
    let verdicts: Map<string, Verdict>;
    before(async () => {
      if (which === 'falco' && !noEngine) engine = await startDocker();
      verdicts = await perform('--all', '--twins', ...args);
    });
    after(async () => {
      await engine?.stop();
      engine = undefined;
    });
    for (const { name, story, twin, [which]: rules } of chosen) {
      test(`${name}: ${rules.join(', ')}`, (context) => {
        check(context, verdicts.get(name), 'detected');
        assert.ok(story.length > 30);
      });
      test(`${name}, twin: silent, since ${twin.because}`, (context) => {
        check(context, verdicts.get(`${name}, twin`), 'silent');
      });
    }
    test('in all', (context) => {
      const found = [...verdicts.values()];
      const fired = new Set(
        found
          .filter(({ twin }) => !twin)
          .flatMap(({ rules }) => rules.filter(({ delay_ms }) => delay_ms !== null).map(({ rule }) => rule)),
      );
      const count = (result: string) => found.filter((verdict) => verdict.result === result).length;
      context.diagnostic(
        `${count('detected')} scenes detected, ${fired.size} rules fired, ${count('silent')} twins silent`,
      );
      const performed = chosen.filter(({ name }) => engine || verdicts.get(name)?.result !== 'skipped');
      assert.deepEqual([...fired].sort(), [...new Set(performed.flatMap((scene) => scene[which]))].sort());
    });
  });
}

const upstream = UPSTREAM_FILES.map((name) => resolve(UPSTREAM, name));
const noUpstream = !existsSync(UPSTREAM) && "needs Falco's rules in ../shared/upstream-rules";
performances("Falco's rules", 'falco', skip || noUpstream, [
  ...upstream.flatMap((path) => ['-r', path]),
  ...['-o', 'rules[0].enable.rule=*'],
]);
performances('the default rules', 'lanner', skip, []);

function ruleNames(paths: readonly string[]): string[] {
  return paths.flatMap((path) =>
    [...readFileSync(path, 'utf8').matchAll(/^- rule: (.*)$/gm)].map(([, name = '']) => name.trim()),
  );
}

test("every rule of Falco's has a scene, but for those that cannot fire", { skip: noUpstream }, () => {
  const all = ruleNames(upstream);
  assert.equal(all.length, UPSTREAM_RULES);
  const covered = new Set(scenes.flatMap(({ falco }) => falco));
  assert.deepEqual(all.filter((rule) => !covered.has(rule)).sort(), [...WITHOUT_SCENE].sort());
  assert.deepEqual([...covered].filter((rule) => !all.includes(rule)).sort(), []);
});

test('every default rule has a scene', () => {
  const covered = new Set(scenes.flatMap(({ lanner }) => lanner));
  assert.deepEqual([...covered].sort(), ruleNames(globSync(resolve(ROOT, 'rules/*.yaml'))).sort());
});

/** Name of a process of ours; `undefined` when it has ended. */
function nameOf(pid: number): string | undefined {
  try {
    const [, name, state] = /\((.*)\) (.)/.exec(readFileSync(`/proc/${pid}/stat`, 'latin1')) ?? [];
    return state === 'Z' ? undefined : name;
  } catch {
    return undefined;
  }
}

async function until(isSo: () => boolean, otherwise: string): Promise<void> {
  for (let tries = 0; !isSo(); tries++) {
    assert.ok(tries < 600, otherwise);
    await sleep(50);
  }
}

describe('scenes leave nothing behind', { skip }, () => {
  function assertClean(): void {
    for (const path of ['/etc/implant.conf', '/usr/bin/sl', '/root/loot', '/usr/lib/libimplant.so'])
      assert.equal(existsSync(path), false, path);
    assert.doesNotMatch(readFileSync('/proc/self/mountinfo', 'latin1'), /lanner-scenes-/);
  }

  test('when all has gone well, and without a watcher', async () => {
    const verdicts = await perform('--act-only', 'write-below-etc', 'add-program', 'unshare-in-container');
    assert.deepEqual(
      [...verdicts.values()].map(({ result }) => result),
      ['performed', 'performed', 'performed'],
    );
    assertClean();
  });

  for (const signal of ['SIGINT', 'SIGKILL'] as const) {
    test(`when ${signal} ends Lanner in the middle of a scene`, async (context) => {
      const name = 'server-reads-password-hashes-late';
      const folder = mkdtempSync(join(tmpdir(), 'lanner-killed-'));
      context.after(() => rmSync(folder, { recursive: true, force: true }));
      const running = start(LANNER, ['scenes', 'add-program', name, ...engineArguments()], {
        env: { ...env, TMPDIR: folder },
      });
      let pids: number[] = [];
      await until(() => {
        pids = [...descendants([running.child.pid as number], processParents())];
        return pids.some((pid) => nameOf(pid) === 'httpd');
      }, 'the scene does not begin');
      running.child.kill(signal);
      const { code } = await running.finished;
      assert.equal(code, signal === 'SIGKILL' ? null : 1);
      await until(() => pids.every((pid) => nameOf(pid) === undefined), 'a process of the scene runs on');
      assertClean();
      if (signal === 'SIGINT') assert.deepEqual(readdirSync(folder), []);
    });
  }
});

describe('lanner scenes', () => {
  test('performs for a Lanner that is already running', { skip }, async (context) => {
    const words = ['scenes', '--act-only', 'read-password-hashes', ...engineArguments()];
    const actor = start('sh', ['-c', 'read go; exec "$@"', 'sh', LANNER, ...words], { env, pipe: true });
    const scope = `pid=${actor.child.pid}`;
    const watching = start(LANNER, ['--scope', scope, '-o', 'json_output=true', ...engineArguments()]);
    context.after(() => watching.child.kill('SIGKILL'));
    await watching.printed('stderr', 'Watching system calls of');
    actor.child.stdin?.end('\n');
    await watching.printed('stdout', '"rule":"Sensitive File Read by Untrusted Program"');
    assert.match((await actor.finished).stdout, /^read-password-hashes +performed$/m);
  });

  test('without a name lists what there is, and performs nothing', async () => {
    const { stdout, code } = await lanner(['scenes']);
    assert.equal(code, 0);
    assert.match(stdout, new RegExp(`^${scenes.length} scenes: `, 'm'));
    assert.match(stdout, /^read-password-hashes +host +T1003\.008 +Read sensitive file untrusted$/m);
  });

  test('takes rules and techniques as names, and says when there is none', async () => {
    const { stdout } = await lanner([
      'scenes',
      '--list',
      '--format',
      'json',
      'Clear Log Activities',
      'T1003.008',
    ]);
    assert.deepEqual(
      (JSON.parse(stdout) as { name: string }[]).map(({ name }) => name),
      ['clear-log', 'read-password-hashes'],
    );
    const { stderr, code } = await lanner(['scenes', 'nothing']);
    assert.equal(code, 1);
    assert.equal(stderr, 'lanner: there is no scene, rule or technique "nothing": --list shows them\n');
  });

  test('tells when a rule has missed its scene', { skip }, async () => {
    const { stdout, code } = await lanner(['scenes', 'clear-log', '-o', 'rules[0].disable.rule=*']);
    assert.match(stdout, /^clear-log +no rule$/m);
    assert.equal(code, 0);
  });
});
