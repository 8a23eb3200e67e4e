import fs from 'node:fs';

const BYTES_PER_KB = 1024;

/**
 * Largest resident memory of this process so far, bytes; weights that are mapped from a file count as far as they were
 * read. On Linux not from getrusage, whose number a process inherits from the one that started it.
 */
export function peakMemory(): number {
  const status = fs.existsSync('/proc/self/status') ? fs.readFileSync('/proc/self/status', 'utf8') : '';
  const line = /^VmHWM:\s+(\d+) kB/m.exec(status);
  return (line ? Number(line[1]) : process.resourceUsage().maxRSS) * BYTES_PER_KB;
}
