/** Sets of requests in words. */
import { isWithin, type RequestBox } from './request-set.ts';
import { isEveryText, type TextSet } from './text-set.ts';

/** Items of a list that are told. */
const MAX_ITEMS = 5;

/** Each box once, in few words: `create of pods/exec in kube-system; get of /metrics`. */
export function describeRequests(boxes: readonly RequestBox[]): string {
  const outer = boxes.filter(
    (box, index) =>
      !boxes.some(
        (other, at) => at !== index && isWithin([box], [other]) && (at < index || !isWithin([other], [box])),
      ),
  );
  const texts = [...new Set(outer.map(describeBox))];
  const more = texts.length - 3;
  return more > 0 ? `${texts.slice(0, 3).join('; ')}; and ${more} more` : texts.join('; ');
}

function describeBox(box: RequestBox): string {
  const verbs = isEveryText(box.verb) ? 'all requests for' : `${listText(box.verb)} of`;
  const target = box.kind === 'path' ? pathText(box) : resourceText(box);
  return [verbs, target, ...qualifiers(box)].join(' ');
}

function pathText({ path: { within, without } }: RequestBox): string {
  const paths = within === '*' ? 'paths other than resources' : within;
  return without.length === 0 ? paths : `${paths} but ${firstOf(without)}`;
}

function resourceText({ group, resource, subresource }: RequestBox): string {
  const groups = group.isComplement ? [] : [...group.values].filter((name) => name !== '');
  const suffix = groups.length === 1 && group.values.size === 1 ? `.${groups[0]}` : '';
  const names = resource.isComplement
    ? [isEveryText(resource) ? 'all resources' : `all resources but ${firstOf(resource.values)}`]
    : [...resource.values].map((name) => name + suffix);
  const inGroups = suffix === '' && groups.length > 0 ? ` of ${firstOf(groups)}` : '';
  if (isEveryText(subresource)) return firstOf(names) + inGroups;
  if (subresource.isComplement)
    return subresource.values.has('') ? `subresources of ${firstOf(names)}` : firstOf(names);
  const parts = names.flatMap((name) =>
    [...subresource.values].map((part) => (part === '' ? name : `${name}/${part}`)),
  );
  return firstOf(parts) + inGroups;
}

function qualifiers({ namespace, name, user, groups }: RequestBox): string[] {
  const words: string[] = [];
  if (!isEveryText(namespace)) words.push(namespaceText(namespace));
  if (!isEveryText(name)) words.push(`named ${listText(name)}`);
  if (!isEveryText(user)) words.push(`by ${user.isComplement ? 'users' : ''}${listText(user)}`);
  for (const some of groups.anyOf) words.push(`by members of ${firstOf(some)}`);
  if (groups.noneOf.size > 0) words.push(`by users not in ${firstOf(groups.noneOf)}`);
  return words;
}

function namespaceText({ values, isComplement }: TextSet): string {
  const named = [...values].map((name) => (name === '' ? 'no namespace' : name));
  return isComplement ? `outside of ${firstOf(named)}` : `in ${firstOf(named)}`;
}

function listText({ values, isComplement }: TextSet): string {
  const named = [...values].map((value) => (value === '' ? '(none)' : value));
  return isComplement ? ` other than ${firstOf(named, 2)}` : firstOf(named);
}

/** The first few, and how many more there are. */
export function firstOf(values: Iterable<string>, count = MAX_ITEMS): string {
  const all = [...values];
  const more = all.length - count;
  return more > 0 ? `${all.slice(0, count).join(', ')} and ${more} more` : all.join(', ');
}
