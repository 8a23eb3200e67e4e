import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { expect, test } from 'vitest';
import { isSurelyDead, newWorkerId } from '../../src/queue/worker-id.ts';

const withPart = (index: number, part: string) => newWorkerId().split('/').with(index, part).join('/');

test('given workers of this process, then they differ and live', () => {
  const [one, other] = [newWorkerId(), newWorkerId()];
  expect(one).not.toBe(other);
  expect([one, other].map(isSurelyDead)).toEqual([false, false]);
});

test('given a process that was killed, then its worker is dead', async () => {
  const child = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)']);
  const id = withPart(1, String(child.pid));
  child.kill('SIGKILL');
  await once(child, 'exit');
  expect(isSurelyDead(id)).toBe(true);
});

test.runIf(process.platform === 'linux')('given a pid that was given again, then its former worker is dead', () => {
  expect(isSurelyDead(withPart(2, '1'))).toBe(true);
});

test('given a worker of another machine, or something else, then nobody can say that it is dead', () => {
  expect(isSurelyDead(withPart(0, 'elsewhere'))).toBe(false);
  expect(isSurelyDead(withPart(1, 'none'))).toBe(false);
  expect(isSurelyDead('worker')).toBe(false);
});
