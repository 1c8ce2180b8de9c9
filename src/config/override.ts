/** Overrides of single configuration keys: `-o key=value` on the command line. */
import type { Environment } from './environment.ts';
import { ConfigError, type ConfigNode, type ListNode, type MapNode } from './node.ts';
import { parseOptionValue } from './yaml.ts';

/** One step of a path: into a mapping, or into a list (`undefined` appends). */
type Step =
  | { readonly kind: 'map'; readonly key: string }
  | { readonly kind: 'list'; readonly index: number | undefined };

const STEP = /(?:^|(?!^)\.)((?:\\[.[\]=\\]|[^.[\]=\\])+)|\[(\d{0,5})\]/gy;

/**
 * Sets the key that `option` names in `root`: `a.b=value`, `list[1]=value`, `list[]=value` to append; a
 * backslash takes a dot, bracket, equals sign or backslash of a key literally. Throws {@link ConfigError} when the option is
 * not of this form, or does not fit what is there.
 */
export function applyOverride(root: MapNode, option: string, environment: Environment): void {
  const place = `-o ${option}`;
  const { path, value } = parseOption(option, place);
  let node: MapNode | ListNode = root;
  for (const [position, step] of path.entries()) {
    const next = path[position + 1];
    if (next === undefined) {
      put(node, step, parseOptionValue(value, place, environment), place);
      return;
    }
    const child = get(node, step, place);
    if (child === undefined || (child.kind === 'scalar' && child.value === null)) {
      const created: MapNode | ListNode =
        next.kind === 'map' ? { kind: 'map', entries: new Map(), place } : { kind: 'list', items: [], place };
      put(node, step, created, place);
      node = created;
    } else if (child.kind === 'scalar') {
      throw new ConfigError([`${place}: what the path leads through is a single value (${child.place})`]);
    } else {
      node = child;
    }
  }
}

function parseOption(option: string, place: string): { path: Step[]; value: string } {
  const path: Step[] = [];
  let end = 0;
  STEP.lastIndex = 0;
  for (let match = STEP.exec(option); match !== null; match = STEP.exec(option)) {
    const [, key, index] = match;
    if (key !== undefined) path.push({ kind: 'map', key: key.trim().replace(/\\(.)/g, '$1') });
    else path.push({ kind: 'list', index: index ? Number(index) : undefined });
    end = STEP.lastIndex;
  }
  if (path[0]?.kind !== 'map' || option[end] !== '=') {
    throw new ConfigError([
      `${place}: write it as key=value, such as priority=warning or rules_files[]=/etc/a.yaml`,
    ]);
  }
  return { path, value: option.slice(end + 1).trim() };
}

function get(node: MapNode | ListNode, step: Step, place: string): ConfigNode | undefined {
  if (step.kind === 'map') return mapAt(node, step.key, place).entries.get(step.key);
  return step.index === undefined ? undefined : listAt(node, step.index, place).items[step.index];
}

function put(node: MapNode | ListNode, step: Step, value: ConfigNode, place: string): void {
  if (step.kind === 'map') {
    mapAt(node, step.key, place).entries.set(step.key, value);
    return;
  }
  const { items } = listAt(node, step.index, place);
  const index = step.index ?? items.length;
  if (index > items.length) {
    throw new ConfigError([`${place}: there is no element [${index}]; the list has ${items.length}`]);
  }
  items[index] = value;
}

function mapAt(node: MapNode | ListNode, key: string, place: string): MapNode {
  if (node.kind === 'map') return node;
  throw new ConfigError([`${place}: "${key}" leads into a list (${node.place}): use [n] or []`]);
}

function listAt(node: MapNode | ListNode, index: number | undefined, place: string): ListNode {
  if (node.kind === 'list') return node;
  throw new ConfigError([`${place}: [${index ?? ''}] leads into a mapping (${node.place}): use a key`]);
}
