import { randomUUID } from 'node:crypto';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/**
 * Names a worker so that another process on the machine can tell whether it still lives:
 * `<machine>/<pid>/<start>/<uuid>`. A pid alone is given again, to the next container's first process for instance.
 */
export function newWorkerId(): string {
  return [machine(), process.pid, startOf(process.pid) ?? 'unknown', randomUUID()].join('/');
}

/**
 * Whether the process of a worker has surely ended. Workers of other machines, or with pids of another container,
 * can't be seen from here: their leases run out.
 */
export function isSurelyDead(workerId: string): boolean {
  const [where, pid, start] = workerId.split('/');
  if (where !== machine() || !pid || !/^\d+$/.test(pid)) return false;
  try {
    process.kill(Number(pid), 0);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH';
  }
  const started = startOf(Number(pid));
  // Somebody has the pid: the worker only if it began when the worker did.
  return started !== undefined && start !== 'unknown' && started !== start;
}

/** The host, and on Linux the pids' namespace: containers may share a host's name but not its pids. */
function machine(): string {
  const host = hostname().replaceAll('/', '_');
  try {
    return `${host}-${/\d+/.exec(readlinkSync('/proc/self/ns/pid'))?.[0]}`;
  } catch {
    return host;
  }
}

/** When a process began, in ticks since the machine's start; undefined where there is no /proc, or no such process. */
function startOf(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The second field, the command in brackets, may hold anything; "starttime" is the 22nd (proc(5)).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[22 - 3];
  } catch {
    return undefined;
  }
}
