/** Random requests and policies, over few names, so that they meet often. */
import type { AuditedRequest } from './decide.ts';
import { type GroupResources, LEVELS, type Policy, type PolicyRule, STAGES } from './policy.ts';

/** Numbers that look random and are the same every time (mulberry32). */
export class Dice {
  #state: number;

  constructor(seed: number) {
    this.#state = seed;
  }

  /** From 0 to 1, without 1. */
  next(): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), 1 | this.#state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 2 ** 32;
  }

  pick<T>(values: readonly T[]): T {
    return values[Math.floor(this.next() * values.length)] as T;
  }

  some<T>(values: readonly T[], chance = 0.3): T[] {
    return values.filter(() => this.next() < chance);
  }

  /** Nothing more often than not. */
  maybe<T>(values: readonly T[], chance = 0.4): T[] {
    return this.next() < chance ? this.some(values, 0.4) : [];
  }
}

const USERS = ['system:anonymous', 'jane', 'system:serviceaccount:kube-system:job', 'kubelet'];
const GROUPS = ['system:masters', 'system:authenticated', 'devs'];
const VERBS = ['get', 'list', 'watch', 'create', 'update', 'patch', 'delete'];
const RESOURCES = [
  'pods',
  'secrets',
  'configmaps',
  'services',
  'roles',
  'clusterroles',
  'rolebindings',
  'clusterrolebindings',
  'ingresses',
  'deployments',
  'namespaces',
  'serviceaccounts',
] as const;
const API_GROUPS: Readonly<Record<(typeof RESOURCES)[number], string>> = {
  pods: '',
  secrets: '',
  configmaps: '',
  services: '',
  roles: 'rbac.authorization.k8s.io',
  clusterroles: 'rbac.authorization.k8s.io',
  rolebindings: 'rbac.authorization.k8s.io',
  clusterrolebindings: 'rbac.authorization.k8s.io',
  ingresses: 'networking.k8s.io',
  deployments: 'apps',
  namespaces: '',
  serviceaccounts: '',
};
const SUBRESOURCES: Readonly<Partial<Record<(typeof RESOURCES)[number], readonly string[]>>> = {
  pods: ['exec', 'attach', 'log', 'portforward', 'ephemeralcontainers', 'status'],
  services: ['proxy', 'status'],
  deployments: ['scale', 'status'],
  serviceaccounts: ['token'],
};
const NAMES = ['', 'web', 'system:coredns'];
const NAMESPACES = ['', 'default', 'kube-system', 'kube-public'];
const PATHS = ['/', '/healthz', '/healthz/etcd', '/version', '/api', '/metrics'];
const PATTERNS = [
  '*',
  'pods',
  'pods/exec',
  'pods/*',
  '*/status',
  '*/scale',
  'secrets',
  'services/proxy',
  'deployments',
];

export function randomRequest(dice: Dice): AuditedRequest {
  const common = { user: dice.pick(USERS), groups: dice.some(GROUPS, 0.5), verb: dice.pick(VERBS) };
  if (dice.next() < 0.2) return { ...common, target: { kind: 'path', path: dice.pick(PATHS) } };
  const resource = dice.pick(RESOURCES);
  return {
    ...common,
    target: {
      kind: 'resource',
      resource,
      group: API_GROUPS[resource],
      subresource: dice.next() < 0.5 ? '' : dice.pick(['', ...(SUBRESOURCES[resource] ?? [])]),
      name: dice.pick(NAMES),
      namespace: dice.pick(NAMESPACES),
    },
  };
}

function randomResources(dice: Dice): GroupResources {
  const resources = dice.maybe(PATTERNS, 0.9);
  return {
    group: dice.pick(['', '', 'apps', 'rbac.authorization.k8s.io', '*']),
    resources,
    resourceNames: resources.length === 0 ? [] : dice.maybe(NAMES, 0.2),
  };
}

function randomRule(dice: Dice): PolicyRule {
  const isOfPaths = dice.next() < 0.2;
  return {
    level: dice.pick(LEVELS),
    users: dice.maybe(USERS, 0.3),
    userGroups: dice.maybe(GROUPS, 0.3),
    verbs: dice.maybe(VERBS, 0.5),
    resources: isOfPaths
      ? []
      : Array.from({ length: Math.floor(dice.next() * 3) }, () => randomResources(dice)),
    namespaces: isOfPaths ? [] : dice.maybe(NAMESPACES, 0.3),
    nonResourceURLs: isOfPaths ? dice.some(['*', '/healthz*', '/version', '/api*', '/'], 0.4) : [],
    omitStages: dice.maybe(STAGES, 0.3),
    omitManagedFields: undefined,
  };
}

export function randomPolicy(dice: Dice): Policy {
  const rules = Array.from({ length: 1 + Math.floor(dice.next() * 7) }, () => randomRule(dice));
  return { rules, omitStages: dice.maybe(STAGES, 0.3), omitManagedFields: false };
}
