/** Tracepoints that become events. */
import { CALL_EXEC, CALL_EXIT, CALL_PAGE_FAULT, CALL_SIGNAL, CALL_SWITCH } from '../layout.ts';
import { flags, number, plain, type TracepointRow, task } from './collect.ts';
import { EXECUTED } from './processes.ts';

/** What the probe takes from a tracepoint stands among its arguments, in the order of the event's parameters. */
export const TRACEPOINTS: readonly TracepointRow[] = [
  // A successful exec, by execve or execveat.
  { event: 'execve', entry: CALL_EXEC, parameters: { ...EXECUTED, filename: plain('EXEC_FILENAME') } },
  {
    event: 'procexit',
    entry: CALL_EXIT,
    parameters: {
      status: plain('EXIT_STATUS'),
      ret: plain('EXIT_CODE'),
      sig: plain('EXIT_SIGNAL'),
      core: plain('EXIT_CORE'),
      reaper_tid: plain('REAPER'),
    },
  },
  {
    event: 'switch',
    entry: CALL_SWITCH,
    programs: { lanner_switch: 'sched_switch' },
    parameters: {
      next: number(0),
      pgft_maj: task('MAJOR_FAULTS'),
      pgft_min: task('MINOR_FAULTS'),
      vm_size: task('VM_SIZE'),
      vm_rss: task('VM_RESIDENT'),
      vm_swap: task('VM_SWAP'),
    },
  },
  {
    event: 'signaldeliver',
    entry: CALL_SIGNAL,
    programs: { lanner_signal: 'signal_deliver' },
    parameters: { spid: number(0), dpid: number(1), sig: number(2) },
  },
  {
    event: 'page_fault',
    entry: CALL_PAGE_FAULT,
    programs: { lanner_page_fault_user: 'page_fault_user', lanner_page_fault_kernel: 'page_fault_kernel' },
    parameters: { addr: number(0), ip: number(1), error: flags(2, 'pageFault') },
  },
];
