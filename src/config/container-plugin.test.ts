import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type LoadedConfig, loadConfig } from './load.ts';

function load(context: TestContext, text: string, ...overrides: string[]): LoadedConfig {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-plugin-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'falco.yaml');
  writeFileSync(file, text);
  return loadConfig({ file, overrides, environment: {} });
}

const PLUGIN = `
load_plugins: [container]
plugins:
  - name: container
    library_path: libcontainer.so
    init_config:
      label_max_len: 20
      with_size: true
      hooks: [create, start]
      engines:
        docker: {enabled: true, sockets: [/own/docker.sock]}
        podman: {enabled: false}
        containerd: {enabled: true, sockets: []}
        cri: {sockets: [/own/crio.sock]}
        lxc: {enabled: true}
`;

test("what Falco's container plugin is told counts for Lanner's own engines", (context) => {
  const { config, warnings } = load(context, PLUGIN);
  const { docker, podman, cri, containerd, label_max_len } = config.container_engines;
  assert.deepEqual(docker, { enabled: true, sockets: ['/own/docker.sock'] });
  assert.equal(podman.enabled, false);
  assert.deepEqual(cri, { enabled: true, sockets: ['/own/crio.sock'] });
  assert.equal(containerd.enabled, true);
  assert.ok(containerd.sockets.length > 0, 'an empty list stands for the default sockets');
  assert.equal(label_max_len, 20);
  assert.deepEqual(warnings, []);
});

test("Lanner's own settings count more, and so do those of the command line", (context) => {
  const text = `${PLUGIN}\ncontainer_engines:\n  docker: {sockets: [/mine.sock]}\n`;
  const { config } = load(context, text, 'container_engines.label_max_len=7');
  assert.deepEqual(config.container_engines.docker.sockets, ['/mine.sock']);
  assert.equal(config.container_engines.label_max_len, 7);
  assert.deepEqual(config.container_engines.cri.sockets, ['/own/crio.sock']);
});

test('as text, which is JSON', (context) => {
  const { config } = load(
    context,
    `plugins:\n  - name: container\n    init_config: '{"label_max_len": 5, "engines": {"docker": {"enabled": false}}}'\n`,
  );
  assert.deepEqual(
    [config.container_engines.label_max_len, config.container_engines.docker.enabled],
    [5, false],
  );
});

test('other plugins, and one that is not loaded, say nothing', (context) => {
  const other = load(context, PLUGIN.replace('name: container', 'name: other'));
  assert.equal(other.config.container_engines.label_max_len, 100);
  const without = load(context, PLUGIN.replace('load_plugins: [container]', 'load_plugins: [json]'));
  assert.equal(without.config.container_engines.label_max_len, 100);
});

test('what Lanner cannot do is said', (context) => {
  const { warnings } = load(
    context,
    `plugins:
  - name: container
    init_config:
      lable_max_len: 3
      engines:
        lxc: {enabled: false}
        static: {enabled: true, container_id: a}
        dokcer: {enabled: true}
`,
  );
  assert.match(
    warnings[0] ?? '',
    /falco\.yaml:4:\d+: unknown key lable_max_len .*did you mean label_max_len\?/,
  );
  assert.match(warnings[1] ?? '', /containers of lxc are always known/);
  assert.match(warnings[2] ?? '', /static/);
  assert.match(warnings[3] ?? '', /engines\.dokcer .*did you mean docker\?/);
});

test('a value that does not fit is complained about where it is written', (context) => {
  assert.throws(
    () => load(context, PLUGIN.replace('label_max_len: 20', 'label_max_len: many')),
    /falco\.yaml:7:22: container_engines\.label_max_len must be a whole number/,
  );
});
