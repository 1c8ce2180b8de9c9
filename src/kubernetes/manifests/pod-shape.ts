/** Whether the fields of pods that Lanner reads have the types that Kubernetes gives them. */
import { type FieldPath, valueAt } from './field-path.ts';
import { type JsonMap, mapOf } from './manifest.ts';
import { CONTAINER_LISTS } from './pods.ts';

export interface ShapeProblem {
  /** From the object. */
  readonly path: FieldPath;
  readonly message: string;
}

type Shape = 'boolean' | 'number' | 'string' | { readonly [field: string]: Shape } | readonly [Shape];

const PROFILE: Shape = { type: 'string', localhostProfile: 'string' };
const SHARED_CONTEXT = {
  runAsNonRoot: 'boolean',
  runAsUser: 'number',
  runAsGroup: 'number',
  seccompProfile: PROFILE,
  appArmorProfile: PROFILE,
  seLinuxOptions: { type: 'string', user: 'string', role: 'string', level: 'string' },
  windowsOptions: { hostProcess: 'boolean' },
} as const satisfies Shape;
const HANDLER: Shape = {
  httpGet: { host: 'string' },
  tcpSocket: { host: 'string' },
  exec: { command: ['string'] },
};
const CONTAINER: Shape = {
  name: 'string',
  image: 'string',
  command: ['string'],
  args: ['string'],
  ports: [{ containerPort: 'number', hostPort: 'number' }],
  volumeMounts: [{ name: 'string', mountPath: 'string', readOnly: 'boolean' }],
  securityContext: {
    ...SHARED_CONTEXT,
    privileged: 'boolean',
    allowPrivilegeEscalation: 'boolean',
    readOnlyRootFilesystem: 'boolean',
    procMount: 'string',
    capabilities: { add: ['string'], drop: ['string'] },
  },
  livenessProbe: HANDLER,
  readinessProbe: HANDLER,
  startupProbe: HANDLER,
  lifecycle: { postStart: HANDLER, preStop: HANDLER },
};
const SPEC: Shape = {
  ...Object.fromEntries(CONTAINER_LISTS.map((list) => [list, [CONTAINER] as const])),
  hostNetwork: 'boolean',
  hostPID: 'boolean',
  hostIPC: 'boolean',
  hostUsers: 'boolean',
  os: { name: 'string' },
  volumes: [{ name: 'string', hostPath: { path: 'string' }, emptyDir: {} }],
  securityContext: { ...SHARED_CONTEXT, fsGroup: 'number', sysctls: [{ name: 'string', value: 'string' }] },
};

/**
 * What the API server would refuse of the pod at `base` in `object`: wrong types of fields that Lanner reads, and a
 * specification without containers. Other fields are not looked at.
 */
export function shapeProblems(object: JsonMap, base: FieldPath): ShapeProblem[] {
  const path = [...base, 'spec'];
  const spec = valueAt(object, path);
  const problems: ShapeProblem[] = [];
  if (mapOf(spec) === undefined)
    return [{ path, message: 'must be a mapping with the specification of the pod' }];
  compare(spec, SPEC, path, problems);
  const { containers } = spec as JsonMap;
  if (
    containers === undefined ||
    containers === null ||
    (Array.isArray(containers) && containers.length === 0)
  )
    problems.push({ path: [...path, 'containers'], message: 'must list at least one container' });
  return problems;
}

/** `null` is the same as absent, as for Kubernetes. */
function compare(value: unknown, shape: Shape, path: FieldPath, problems: ShapeProblem[]): void {
  if (value === undefined || value === null) return;
  if (typeof shape === 'string') {
    if (typeof value !== shape)
      problems.push({ path, message: `must be a ${shape}, not ${described(value)}` });
  } else if (isListShape(shape)) {
    if (!Array.isArray(value)) problems.push({ path, message: `must be a list, not ${described(value)}` });
    else for (const [index, item] of value.entries()) compareItem(item, shape[0], [...path, index], problems);
  } else {
    const map = mapOf(value);
    if (map === undefined) problems.push({ path, message: `must be a mapping, not ${described(value)}` });
    else
      for (const [field, inner] of Object.entries(shape))
        compare(map[field], inner, [...path, field], problems);
  }
}

function compareItem(item: unknown, shape: Shape, path: FieldPath, problems: ShapeProblem[]): void {
  if (item === null) problems.push({ path, message: 'must not be empty' });
  else compare(item, shape, path, problems);
}

function isListShape(shape: Shape): shape is readonly [Shape] {
  return Array.isArray(shape);
}

function described(value: unknown): string {
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' ? 'a mapping' : `the ${typeof value} ${JSON.stringify(value)}`;
}
