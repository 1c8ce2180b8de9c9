import assert from 'node:assert/strict';
import { test } from 'node:test';
import { errorName, signalName } from './error-names.ts';
import { nativeSyscallName, syscallName } from './syscalls.ts';

test('errors and signals have the names of the kernel headers', () => {
  assert.deepEqual([1, 2, 40, 42, 115, 133, 512, 530].map(errorName), [
    'EPERM',
    'ENOENT',
    'ELOOP',
    'ENOMSG',
    'EINPROGRESS',
    'EHWPOISON',
    'ERESTARTSYS',
    'EIOCBRETRY',
  ]);
  assert.deepEqual([0, 41, 134, 531].map(errorName), [undefined, undefined, undefined, undefined]);
  assert.deepEqual([1, 9, 31].map(signalName), ['SIGHUP', 'SIGKILL', 'SIGSYS']);
  assert.deepEqual([0, 32].map(signalName), [undefined, undefined]);
});

test('system calls are named by code and by number', () => {
  assert.deepEqual([0, 3, 7, 453, 454].map(syscallName), [
    'unknown',
    'read',
    'creat',
    'rseq_slice_yield',
    undefined,
  ]);
  assert.deepEqual([0, 59, 257, 334, 335, 424, 435].map(nativeSyscallName), [
    'read',
    'execve',
    'openat',
    'rseq',
    undefined,
    'pidfd_send_signal',
    'clone3',
  ]);
});
