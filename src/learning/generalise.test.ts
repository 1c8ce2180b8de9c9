/** What varies is generalised, and nothing that an attacker could make use of. */
import assert from 'node:assert/strict';
import { suite, test } from 'node:test';
import { generaliseArguments } from './generalise-arguments.ts';
import { generalisePaths } from './generalise-paths.ts';
import { groupPeers } from './generalise-peers.ts';

function paths(...names: string[]): ReturnType<typeof generalisePaths> {
  return generalisePaths(names);
}

function regexes(...names: string[]): string[] {
  return paths(...names).patterns.map(({ regex }) => regex);
}

suite('paths', () => {
  for (const [what, path, regex] of [
    ['a temporary file of a compiler', '/tmp/ccYlVLKV.s', '/tmp/cc[0-9A-Za-z_]{6}\\.s'],
    ['mktemp', '/tmp/tmp.Ab12Cd34Ef/stamp', '/tmp/tmp\\.[0-9A-Za-z_]{10}/stamp'],
    ['tempfile of Python', '/tmp/tmp_bvw9wsy', '/tmp/tmp[0-9A-Za-z_]{8}'],
    ['what Python tries a folder with', '/tmp/xr0uv_x8', '/tmp/[0-9A-Za-z_]{8}'],
    ['random names that look like words', '/tmp/tmpabcdefgh', '/tmp/tmp[0-9A-Za-z_]{8}'],
    ['a process id', '/srv/app/worker-31337.lock', '/srv/app/worker-[0-9]+\\.lock'],
    ['processes', '/proc/1234/task/1235/comm', '/proc/[0-9]+/task/[0-9]+/comm'],
    ['a terminal', '/dev/pts/3', '/dev/pts/[0-9]+'],
    ['a hash', '/srv/cache/3f2a9c01bb/index', '/srv/cache/[0-9a-f]{10}/index'],
    ['an unnamed file', '/tmp/#2146741', '/tmp/#[0-9]+'],
    ['a rotated log', '/var/log/app/app.log.2', '/var/log/app/app\\.log\\.[0-9]+'],
    ['a date', '/var/log/app/2026-11-22.log', '/var/log/app/[0-9]{4}-[0-9]{2}-[0-9]{2}\\.log'],
    ['a versioned directory', '/srv/app-1.2.3/run/state', '/srv/app-[0-9]+(\\.[0-9]+)*/run/state'],
  ] as const) {
    test(what, () => {
      assert.deepEqual(regexes(path), [regex]);
      assert.match(path, new RegExp(`^(?:${regex})$`));
    });
  }

  test('ordinary names stay as they are, also where names are random', () => {
    const names = [
      '/srv/app/main.c',
      '/srv/app/part1.o',
      '/tmp/build-output',
      '/tmp/session',
      '/var/log/app/app.log',
    ];
    assert.deepEqual(paths(...names), { exact: names.toSorted(), patterns: [], fixed: [] });
  });

  test('no pattern reaches into another directory, to another ending or beyond its length', () => {
    const [regex = ''] = regexes('/tmp/ccYlVLKV.s');
    const pattern = new RegExp(`^(?:${regex})$`);
    for (const other of [
      '/tmp/ccYlVLKV.sh',
      '/tmp/cc/YlVLKV.s',
      '/tmp/ccYlVLKVx.s',
      '/tmp/x/ccYlVLKV.s',
      '/etc/ccYlVLKV.s',
    ])
      assert.doesNotMatch(other, pattern);
  });

  test('many files of a kind stand for all of that kind, but not for hidden ones', () => {
    const [regex = ''] = regexes(
      ...Array.from({ length: 9 }, (_, index) => `/srv/app/data/${'abcdefghi'[index]}word.dat`),
    );
    assert.equal(regex, '/srv/app/data/[^/.][^/]*\\.dat');
    assert.doesNotMatch('/srv/app/data/.bashrc.dat', new RegExp(`^${regex}$`));
  });

  test('files of a kind that others run or believe do not stand for all', () => {
    for (const ending of ['sh', 'py', 'so', 'conf', 'service'])
      assert.deepEqual(
        regexes(
          ...Array.from(
            { length: 20 },
            (_, index) => `/srv/app/x/${'abcdefghijklmnopqrst'[index]}.${ending}`,
          ),
        ),
        [],
      );
  });

  test('a tree with many folders of files, the narrowest that has them', () => {
    const all = Array.from({ length: 10 }, (_, folder) =>
      Array.from(
        { length: 10 },
        (_, file) => `/home/me/project/out/dir${'abcdefghij'[folder]}/file${'abcdefghij'[file]}.dat`,
      ),
    ).flat();
    assert.deepEqual(regexes(...all), ['/home/me/project/out/[^/.][^/]*/[^/.][^/]*\\.dat']);
    const kinds = all.map((path) => path.replace(/dir(.)(.*)dat$/, 'dir$1$2$1at'));
    assert.deepEqual(regexes(...kinds), ['/home/me/project/out(/[^/.][^/]*)+']);
    const pattern = /^(?:\/home\/me\/project\/out(\/[^/.][^/]*)+)$/;
    for (const path of [
      '/home/me/project/out/.git/hooks/pre-commit',
      '/home/me/project/Makefile',
      '/home/me/.ssh/authorized_keys',
    ])
      assert.doesNotMatch(path, pattern);
  });

  for (const folder of [
    ...[
      '/etc',
      '/etc/cron.d',
      '/usr/bin',
      '/usr/local/bin',
      '/usr/lib/app',
      '/bin',
      '/root/.ssh',
      '/home/me/.ssh',
      '/home/me/.config/autostart',
    ],
    ...[
      '/var/spool/cron/crontabs',
      '/srv/repo/.git/hooks',
      '/opt/app/bin',
      '/boot',
      '/home/me',
      '/root',
      '/',
      '/var/lib',
      '/tmp',
    ],
  ])
    test(`nothing swallows ${folder}`, () => {
      const letters = 'abcdefghijklmnopqrst';
      const crowd = [...letters].map((letter) => `${folder === '/' ? '' : folder}/${letter}word`);
      const deeper = [...letters].flatMap((letter) => crowd.map((path) => `${path}/${letter}word`));
      const made = [...regexes(...crowd), ...regexes(...deeper)].map((regex) => new RegExp(`^(?:${regex})$`));
      const victim = `${folder === '/' ? '' : folder}/zzz-planted`;
      assert.equal(
        made.some((regex) => regex.test(victim)),
        false,
      );
    });

  test('folders of hashes, and many files in a folder whose own name varies', () => {
    const hashes = Array.from(
      { length: 9 },
      (_, index) => `/srv/repo/.git/objects/${index}f/${'0a1b2c3d4e'.repeat(3)}${index}a`,
    );
    assert.deepEqual(regexes(...hashes), ['/srv/repo/\\.git/objects/[0-9a-f]{2}/[0-9a-f]{32}']);
    const files = Array.from({ length: 9 }, (_, index) => `/tmp/tmp.${index}b12Cd34Ef/part${index}.txt`);
    assert.deepEqual(regexes(...files), ['/tmp/tmp\\.[0-9A-Za-z_]{10}/[^/.][^/]*\\.txt']);
  });

  test('what is protected keeps its name in a folder whose own name varies', () => {
    const [regex = ''] = regexes('/tmp/tmp.Ab12Cd34Ef/.git/hooks/update.sample');
    assert.equal(regex, '/tmp/tmp\\.[0-9A-Za-z_]{10}/\\.git/hooks/update\\.sample');
  });

  test('varying names in protected places are listed as they are, and told', () => {
    const path = '/etc/app/worker-31337.conf';
    assert.deepEqual(paths(path), { exact: [path], patterns: [], fixed: [path] });
  });
});

suite('arguments of interpreters', () => {
  const allows = (texts: readonly string[], text: string): boolean => {
    const { exact, frames } = generaliseArguments(texts);
    return exact.includes(text) || frames.some(({ regex }) => new RegExp(`^(?:${regex})$`).test(text));
  };
  const calls = ['a', 'b', 'c', 'd', 'e'].map(
    (name) => `-c cc -c ${name}.c -o ${name}.o && test -s ${name}.o`,
  );

  test('what was seen, and more of a form that was seen often', () => {
    for (const text of [...calls, '-c cc -c z.c -o z.o && test -s z.o']) assert.ok(allows(calls, text), text);
  });

  test('no other command, option, operator or assignment', () => {
    for (const text of [
      '-c sh -c z.c -o z.o && test -s z.o',
      '-c cc -c z.c -o z.o && rm -s z.o',
      '-c cc -c z.c -o z.o; && test -s z.o',
      '-c cc -c -fplugin=x -o z.o && test -s z.o',
      '-c cc -c $(id) -o z.o && test -s z.o',
      '-c cc -c LD_PRELOAD=x -o z.o && test -s z.o',
      '-c cc -c z.c -o z.o && test -s z.o && id',
      '-c cc -c z.c\nid -o z.o && test -s z.o',
    ])
      assert.ok(!allows(calls, text), text);
  });

  test('the script stays, its words vary', () => {
    const texts = ['a', 'b', 'c', 'd'].map((name) => `/srv/job.sh ${name}`);
    assert.ok(allows(texts, '/srv/job.sh e'));
    assert.ok(!allows(texts, '/srv/other.sh e'));
    assert.ok(!allows(texts, '-c /srv/job.sh e'));
  });

  test('too many texts, and scripts with varying names where everybody may write, are said to be holes', () => {
    const letters = [...'abcdefghijklmnopqrstuvwxyz'];
    const many = letters.flatMap((one) => letters.map((other) => `-c ${one}${other} | (x)`));
    assert.equal(generaliseArguments(many).isOpen, true);
    assert.equal(generaliseArguments(calls).isOpen, false);
    assert.deepEqual(generaliseArguments(['/tmp/tmp.Ab12Cd34Ef/run.sh']).temporary, [
      '/tmp/tmp.Ab12Cd34Ef/run.sh',
    ]);
  });
});

suite('peers', () => {
  const peer = (address: string, port: number, isEphemeral = false) => ({
    protocol: 'tcp',
    address,
    port,
    isEphemeral,
  });
  const nobody = () => undefined;

  test('many addresses of a network stand for it, few do not', () => {
    const many = Array.from({ length: 8 }, (_, last) => peer(`10.1.2.${last + 1}`, 443));
    const [group] = groupPeers([...many, peer('10.9.9.9', 443)], nobody);
    assert.deepEqual(
      [group?.networks, group?.addresses, group?.ports],
      [['10.1.2.0/24'], ['10.9.9.9'], [443]],
    );
    assert.deepEqual(groupPeers(many.slice(1), nobody)[0]?.networks, []);
  });

  test('networks of IPv6; none of the loopback', () => {
    const many = Array.from({ length: 8 }, (_, last) => peer(`2001:db8::${last + 1}`, 443));
    assert.deepEqual(groupPeers(many, nobody)[0]?.networks, ['2001:db8:0:0::/64']);
    const own = Array.from({ length: 20 }, (_, last) => peer(`127.0.0.${last + 1}`, 80));
    assert.deepEqual(groupPeers(own, nobody)[0]?.networks, []);
  });

  test('ports of the kernel stand for all of these, others for themselves', () => {
    const [group] = groupPeers(
      [peer('10.0.0.1', 40_001), peer('10.0.0.1', 52_222), peer('10.0.0.1', 22)],
      nobody,
    );
    assert.deepEqual([group?.ports, group?.hasEphemeral], [[22], true]);
    assert.equal(groupPeers([peer('10.0.0.1', 40_001)], nobody)[0]?.hasEphemeral, false);
    assert.equal(groupPeers([peer('10.0.0.1', 40_001, true)], nobody)[0]?.hasEphemeral, true);
  });

  test('a known name takes the place of its addresses', () => {
    const [group] = groupPeers([peer('192.0.2.7', 443), peer('192.0.2.8', 443)], (address) =>
      address === '192.0.2.7' ? 'api.example' : undefined,
    );
    assert.deepEqual([group?.names, group?.addresses], [['api.example'], ['192.0.2.8']]);
  });
});
