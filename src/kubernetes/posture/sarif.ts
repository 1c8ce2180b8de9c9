/** The posture in SARIF 2.1.0 (OASIS), the form in which code hosts and editors take findings. */
import { IMMUTABILITY_CONTROLS } from '../immutability/judge.ts';
import { objectName, type Place } from '../manifests/manifest.ts';
import { CONTROLS } from '../pod-security/judge.ts';
import type { JudgedPod, PlacedFinding, Posture } from './judge.ts';

const SCHEMA = 'https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json';
const STANDARDS = 'https://kubernetes.io/docs/concepts/security/pod-security-standards/';

interface Rule {
  readonly id: string;
  readonly shortDescription: { readonly text: string };
  readonly helpUri?: string;
  readonly properties: { readonly profile: string };
}

const RULES: readonly Rule[] = [
  ...CONTROLS.map(({ name, title, profile }) => ({
    id: name,
    shortDescription: { text: title },
    helpUri: STANDARDS,
    properties: { profile },
  })),
  ...Object.entries(IMMUTABILITY_CONTROLS).map(([id, title]) => ({
    id,
    shortDescription: { text: title },
    properties: { profile: 'immutable' },
  })),
];

/** A SARIF log with one run. `toolVersion` is Lanner's. */
export function postureSarif(posture: Posture, toolVersion: string): string {
  const run = {
    tool: { driver: { name: 'lanner', version: toolVersion, rules: RULES } },
    columnKind: 'utf16CodeUnits',
    invocations: [
      {
        executionSuccessful: posture.problems.length === 0,
        toolExecutionNotifications: posture.problems.map(({ place, message }) => ({
          level: 'error',
          message: { text: message },
          locations: [locationOf(place)],
        })),
      },
    ],
    results: posture.pods.flatMap((pod) => pod.findings.map((finding) => resultOf(pod, finding))),
  };
  return JSON.stringify({ $schema: SCHEMA, version: '2.1.0', runs: [run] }, undefined, 2);
}

function resultOf(pod: JudgedPod, finding: PlacedFinding): object {
  return {
    ruleId: finding.control,
    ruleIndex: RULES.findIndex(({ id }) => id === finding.control),
    level: finding.severity,
    message: { text: `${objectName(pod)}: ${finding.message}. To do: ${finding.remedy}.` },
    locations: [
      {
        ...locationOf(finding.place),
        logicalLocations: [{ fullyQualifiedName: `${objectName(pod)} ${finding.field}`, kind: 'member' }],
      },
    ],
  };
}

function locationOf({ origin, line, column }: Place): object {
  // What a server told or standard input held is no file that a reader could open.
  if (line === undefined || origin.startsWith('<')) return {};
  return {
    physicalLocation: {
      artifactLocation: { uri: uriOf(origin) },
      region: { startLine: line, startColumn: column ?? 1 },
    },
  };
}

/** Relative paths stay relative: readers resolve them against the checkout. */
function uriOf(path: string): string {
  const encoded = path.split('/').map(encodeURIComponent).join('/');
  return path.startsWith('/') ? `file://${encoded}` : encoded.replace(/^(?:\.\/)+/, '');
}
