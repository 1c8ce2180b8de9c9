/** What the network plugins reported of a pod (CNI), as `container.cni.json` shows it. */
import { type ByteString, toByteString } from '../events/bytes.ts';
import type { Json } from './json.ts';

/** Bytes that are kept, as in Falco. */
const LIMIT = 4096;

/** Interfaces that say nothing of the pod. */
const UNINTERESTING = ['lo', 'veth'];

/** `info` is the engine's own information on the sandbox; empty without a result. */
export function cniResult(info: Json): ByteString {
  const interfaces = info.at('cniResult', 'Interfaces');
  const told = interfaces.isPresent
    ? toByteString(JSON.stringify(ofInterest(interfaces)))
    : info.at('runtimeSpec', 'annotations', 'io.kubernetes.cri-o.CNIResult').text();
  return told.slice(0, LIMIT);
}

/** By name of the interface; what is of interest are its addresses. */
function ofInterest(interfaces: Json): object {
  const kept = interfaces.entries().filter(([name]) => !UNINTERESTING.includes(name));
  return Object.fromEntries(kept.map(([name, value]) => [name, value.raw]));
}
