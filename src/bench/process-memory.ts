import { readFile } from 'node:fs/promises';

const BYTES_PER_KB = 1024;
const EVERY_MS = 50;

/** Largest memory of a process, bytes. */
export interface ProcessMemory {
  /** its own: not those pages that are in a file too, and can be given up at any time */
  readonly own: number;
  /** all that was in memory at once, mapped files included */
  readonly resident: number;
}

/** Looks at a process again and again until it is stopped; on Linux. */
export function watchMemory(pid: number): { stop(): ProcessMemory } {
  let [own, resident] = [0, 0];
  const look = async () => {
    const status = await readFile(`/proc/${pid}/status`, 'utf8').catch(() => '');
    const read = (name: string) =>
      Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1] ?? 0) * BYTES_PER_KB;
    own = Math.max(own, read('RssAnon') + read('RssShmem'));
    resident = Math.max(resident, read('VmHWM'));
  };
  const timer = setInterval(look, EVERY_MS);
  return {
    stop() {
      clearInterval(timer);
      return { own, resident };
    },
  };
}
