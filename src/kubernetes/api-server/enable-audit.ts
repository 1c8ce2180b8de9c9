/** Turns on the audit log in the manifest of an API server: flags, mounts and volumes. Pure: text to text. */
import { posix } from 'node:path';
import { CheckedText } from '../editing/checked-text.ts';
import type { EditableText } from '../editing/editable-text.ts';
import { JsonText } from '../editing/json-text.ts';
import { YamlText } from '../editing/yaml-text.ts';
import { placeText } from '../manifests/manifest.ts';
import { parseManifests } from '../manifests/parse.ts';
import { ApiServerContainer, ManifestError } from './container.ts';
import { ensureMount } from './mounts.ts';

/** What is wanted; what is not said stays as the manifest has it, or gets the default. */
export interface AuditSettings {
  readonly policyFile?: string;
  /** Events into a file. */
  readonly log?: LogSettings;
  /** Events to a server. */
  readonly webhook?: WebhookSettings;
}

export interface LogSettings {
  readonly path?: string;
  /** Days. */
  readonly maxAge?: number;
  /** Files. */
  readonly maxBackup?: number;
  /** Megabytes. */
  readonly maxSize?: number;
}

export interface WebhookSettings {
  /** Path of the kubeconfig that names the server. */
  readonly configFile: string;
  readonly mode?: string;
  readonly batchMaxSize?: number;
  /** As Go writes durations: `10s`. */
  readonly batchMaxWait?: string;
  readonly initialBackoff?: string;
}

export const DEFAULT_POLICY_FILE = '/etc/kubernetes/audit-policy.yaml';
export const DEFAULT_LOG_FILE = '/var/log/kubernetes/audit/audit.log';
/** A month of at most a gigabyte. */
const LOG_DEFAULTS = { maxAge: 30, maxBackup: 10, maxSize: 100 } as const;

export interface EnabledAudit {
  /** The manifest as it has to be; the same text where it is so. */
  readonly text: string;
  /** The policy that the API server reads, on the host. */
  readonly policyFile: string;
}

/**
 * `origin` is the name of the manifest for messages. Throws a {@link ManifestError} when it is not one of an API server that can be edited.
 */
export function enableAudit(manifest: string, origin: string, settings: AuditSettings): EnabledAudit {
  const text = editable(manifest, origin);
  const container = new ApiServerContainer(text);
  const policyFile = absolute(
    settings.policyFile ?? container.flag('audit-policy-file') ?? DEFAULT_POLICY_FILE,
  );
  setFlag(container, 'audit-policy-file', policyFile);
  const mounts = [{ name: 'audit-policy', path: policyFile, type: 'File', isReadOnly: true } as const];
  for (const mount of mounts) ensureMount(text, container.path, mount);
  if (settings.log !== undefined) enableLog(text, container, settings.log);
  if (settings.webhook !== undefined) enableWebhook(text, container, settings.webhook);
  return { text: text.text, policyFile };
}

function editable(manifest: string, origin: string): EditableText {
  const { manifests, problems, others } = parseManifests(manifest, origin);
  const [problem] = [...problems, ...others];
  if (problem !== undefined) throw new ManifestError(`${placeText(problem.place)}: ${problem.message}`);
  if (manifests.length !== 1)
    throw new ManifestError(`${origin}: the file holds ${manifests.length} objects, and has to hold one pod`);
  return new CheckedText(isJson(manifest) ? new JsonText(manifest) : new YamlText(manifest));
}

function isJson(text: string): boolean {
  try {
    JSON.parse(text);
    return true;
  } catch {
    return false;
  }
}

function enableLog(text: EditableText, container: ApiServerContainer, log: LogSettings): void {
  const path = log.path ?? container.flag('audit-log-path') ?? DEFAULT_LOG_FILE;
  // The name "-" stands for standard output.
  setFlag(container, 'audit-log-path', path === '-' ? path : absolute(path));
  for (const [field, flag] of [
    ['maxAge', 'audit-log-maxage'],
    ['maxBackup', 'audit-log-maxbackup'],
    ['maxSize', 'audit-log-maxsize'],
  ] as const)
    setFlag(container, flag, String(log[field] ?? container.flag(flag) ?? LOG_DEFAULTS[field]));
  if (path === '-') return;
  const directory = posix.dirname(path);
  if (directory === '/') throw new ManifestError(`${path}: the log needs a directory of its own`);
  ensureMount(text, container.path, {
    name: 'audit-log',
    path: directory,
    type: 'DirectoryOrCreate',
    isReadOnly: false,
  });
}

function enableWebhook(text: EditableText, container: ApiServerContainer, webhook: WebhookSettings): void {
  const path = absolute(webhook.configFile);
  setFlag(container, 'audit-webhook-config-file', path);
  const options = {
    'audit-webhook-mode': webhook.mode,
    'audit-webhook-batch-max-size': webhook.batchMaxSize,
    'audit-webhook-batch-max-wait': webhook.batchMaxWait,
    'audit-webhook-initial-backoff': webhook.initialBackoff,
  };
  for (const [flag, value] of Object.entries(options))
    if (value !== undefined) setFlag(container, flag, String(value));
  ensureMount(text, container.path, { name: 'audit-webhook', path, type: 'File', isReadOnly: true });
}

function setFlag(container: ApiServerContainer, name: string, value: string): void {
  if (container.flag(name) !== value) container.setFlag(name, value);
}

function absolute(path: string): string {
  if (!posix.isAbsolute(path))
    throw new ManifestError(`${path}: give an absolute path, as it is on the node`);
  return posix.normalize(path);
}
