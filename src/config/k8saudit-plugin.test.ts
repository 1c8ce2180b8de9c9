import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type TestContext, test } from 'node:test';
import { type LoadedConfig, loadConfig } from './load.ts';

function load(context: TestContext, text: string): LoadedConfig {
  const folder = mkdtempSync(join(tmpdir(), 'lanner-plugin-'));
  context.after(() => rmSync(folder, { recursive: true }));
  const file = join(folder, 'falco.yaml');
  writeFileSync(file, text);
  return loadConfig({ file, overrides: [], environment: {} });
}

/** As the plugin's own documentation has it. */
const DOCUMENTED = `
plugins:
  - name: k8saudit
    library_path: libk8saudit.so
    init_config:
      sslCertificate: /etc/falco/falco.pem
    open_params: "http://:9765/k8s-audit"
  - name: json
    library_path: libjson.so
    init_config: ""
load_plugins: [k8saudit, json]
`;

test("Falco's documented configuration works as it is", (context) => {
  const { config, warnings } = load(context, DOCUMENTED);
  assert.deepEqual(warnings, []);
  const { audit } = config.kubernetes;
  assert.deepEqual(audit.from, ['http://:9765/k8s-audit']);
  assert.deepEqual(
    [audit.certificate, audit.key, audit.max_event_bytes, audit.max_batch_bytes],
    ['/etc/falco/falco.pem', '', 8 * 1024 * 1024, 12_582_912],
  );
});

test('all settings of the plugin, as text too', (context) => {
  const { config, warnings } = load(
    context,
    `plugins:
  - name: k8saudit
    init_config: '{"maxEventSize": 5000, "webhookMaxBatchSize": 6000, "useAsync": false, "sslCertificate": "/c.pem"}'
    open_params: https://:9765/x
`,
  );
  assert.deepEqual(warnings, []);
  const { from, certificate, max_event_bytes, max_batch_bytes } = config.kubernetes.audit;
  assert.deepEqual(
    [from, certificate, max_event_bytes, max_batch_bytes],
    [['https://:9765/x'], '/c.pem', 5000, 6000],
  );
});

test("Lanner's own keys count more, and a key that is not known is told", (context) => {
  const { config, warnings } = load(
    context,
    `${DOCUMENTED.replace('sslCertificate', 'sslCertificat')}\nkubernetes: {audit: {from: [/var/log/audit.log]}}\n`,
  );
  assert.deepEqual(config.kubernetes.audit.from, ['/var/log/audit.log']);
  assert.match(
    warnings.join('\n'),
    /^\S+falco.yaml:6:\d+: unknown key sslCertificat of the k8saudit plugin.*sslCertificate\?$/,
  );
});

test('a plugin that is not loaded is no source', (context) => {
  const { config } = load(context, DOCUMENTED.replace('[k8saudit, json]', '[json]'));
  assert.deepEqual(config.kubernetes.audit.from, []);
});
