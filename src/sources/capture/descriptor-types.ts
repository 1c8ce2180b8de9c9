/** Falco's types of descriptors, as lists of descriptors in captures number them. */
import type { DescriptorKind } from '../../events/descriptors.ts';

/** How the rest of an entry lies, by the type in it. */
export type DescriptorLayout = 'none' | 'name' | 'file' | 'ip' | 'ip-listening' | 'unix';

export interface DescriptorType {
  readonly kind: DescriptorKind;
  readonly layout: DescriptorLayout;
}

/** By the number in the file. */
export const DESCRIPTOR_TYPES: readonly DescriptorType[] = [
  { kind: 'o', layout: 'none' },
  { kind: 'f', layout: 'name' },
  { kind: 'd', layout: 'name' },
  { kind: '4', layout: 'ip' },
  { kind: '6', layout: 'ip' },
  { kind: '4', layout: 'ip-listening' },
  { kind: '6', layout: 'ip-listening' },
  { kind: 'p', layout: 'name' },
  { kind: 'u', layout: 'unix' },
  { kind: 'e', layout: 'name' },
  { kind: 'X', layout: 'name' },
  { kind: 's', layout: 'name' },
  { kind: 'l', layout: 'name' },
  { kind: 'i', layout: 'name' },
  { kind: 't', layout: 'name' },
  { kind: 'n', layout: 'name' },
  { kind: 'f', layout: 'file' },
  { kind: 'b', layout: 'name' },
  { kind: 'u', layout: 'name' },
  { kind: 'r', layout: 'name' },
  { kind: 'm', layout: 'name' },
  { kind: 'P', layout: 'name' },
];

export const USERFAULTFD = 18;

/** Protocol numbers (IPPROTO_*) by Falco's own: unknown, none, tcp, udp, icmp, raw. */
export const PROTOCOLS: readonly number[] = [0, 0, 6, 17, 1, 255];

/** What a descriptor of a type that nobody knows is called; group 1 is the type's number. */
export const UNKNOWN_TYPE_NAME = /^unknown-type:\[(\d+)\]$/;
