/** A request as a person names it: `get secrets in shop as jane`. */
import type { AuditedRequest, ResourceTarget } from './decide.ts';
import { groupsWith } from './known-resources.ts';

export interface AskedRequest {
  readonly verb: string;
  /** `pods`, `pods/exec`, `deployments.apps`; absent with a path. */
  readonly resource?: string;
  readonly subresource?: string;
  /** That of Kubernetes' own resource of this name by default. */
  readonly group?: string;
  readonly namespace?: string;
  readonly name?: string;
  readonly user?: string;
  readonly groups?: readonly string[];
  readonly path?: string;
}

/** Who asks when nothing else is said. */
const SOMEBODY = 'somebody';

/** The request, with what follows from the user's name. Throws a RangeError whose message is for people. */
export function requestFrom(asked: AskedRequest): AuditedRequest {
  const user = asked.user ?? SOMEBODY;
  const groups = [...new Set([...(asked.groups ?? []), ...groupsOf(user)])];
  return { user, groups, verb: asked.verb, target: targetFrom(asked) };
}

function targetFrom({ path, resource, ...asked }: AskedRequest): AuditedRequest['target'] {
  if (path !== undefined) {
    if (resource !== undefined)
      throw new RangeError('a request is for a resource or for a path, not for both');
    return { kind: 'path', path };
  }
  if (resource === undefined) throw new RangeError('say what is asked for: a resource, or a path');
  const [qualified = '', subresource = asked.subresource ?? ''] = resource.split('/', 2);
  const dot = qualified.indexOf('.');
  const name = dot < 0 ? qualified : qualified.slice(0, dot);
  const target: ResourceTarget = {
    kind: 'resource',
    group: asked.group ?? (dot < 0 ? (groupsWith(name)[0] ?? '') : qualified.slice(dot + 1)),
    resource: name,
    subresource,
    name: asked.name ?? '',
    namespace: asked.namespace ?? '',
  };
  return target;
}

/** Groups that the API server itself puts users into. */
function groupsOf(user: string): string[] {
  if (user === 'system:anonymous') return ['system:unauthenticated'];
  const account = /^system:serviceaccount:([^:]+):[^:]+$/.exec(user);
  const groups = account === null ? [] : ['system:serviceaccounts', `system:serviceaccounts:${account[1]}`];
  return [...groups, 'system:authenticated'];
}
