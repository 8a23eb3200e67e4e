import { mkdir, statfs } from 'node:fs/promises';
import { totalmem } from 'node:os';
import { dirname, resolve } from 'node:path';
import { Graph } from '../../engine/graph/graph.ts';
import { listProviders, OnnxSession } from '../../engine/runtime/onnx-session.ts';
import { providerCandidates, withFallback } from '../../engine/runtime/providers.ts';
import { float32Tensor } from '../../engine/runtime/tensor-value.ts';
import { parseDatabaseUrl } from '../../store/database-url.ts';
import { bad, type Finding, gigabytes, warning, well } from './finding.ts';

/** As package.json's `engines` has it. */
const LEAST_NODE = [20, 19] as const;
/** A story of nine SDXL panels with its takes is some 20 MB; below the first number it gets tight, in bytes. */
const TIGHT_DISK = 2e9;
const FULL_DISK = 200e6;
const REASON_SHOWN = 100;

export interface Machine {
  /** "20.19.0" */
  readonly nodeVersion: string;
  /** bytes that this process may take at most */
  readonly memory: number;
  /** bytes left where a folder is */
  freeDisk(folder: string): Promise<number>;
}

/** The machine that this process runs on. */
export function thisMachine(): Machine {
  // 0 or a number beyond all memory where no container sets a limit
  const constrained = process.constrainedMemory();
  const memory = constrained > 0 ? Math.min(constrained, totalmem()) : totalmem();
  return {
    nodeVersion: process.versions.node,
    memory,
    async freeDisk(folder) {
      const { bavail, bsize } = await statfs(folder);
      return bavail * bsize;
    },
  };
}

export function examineNode({ nodeVersion }: Machine): Finding {
  const [major = 0, minor = 0] = nodeVersion.split('.').map(Number);
  const [leastMajor, leastMinor] = LEAST_NODE;
  const isNewEnough = major > leastMajor || (major === leastMajor && minor >= leastMinor);
  if (isNewEnough) return well('Node', nodeVersion);
  return bad('Node', nodeVersion, `Install Node ${leastMajor}.${leastMinor} or newer, then run npm ci again.`);
}

export function examineMemory({ memory }: Machine, limit: number): Finding {
  if (limit <= memory) return well('memory', `a limit of ${gigabytes(limit)}, of ${gigabytes(memory)} that are there`);
  return warning(
    'memory',
    `a limit of ${gigabytes(limit)}, but only ${gigabytes(memory)} are there`,
    `Set MAX_MEMORY_GB to ${Math.max(0.1, Math.floor(memory / 1e8) / 10)} or less, so that stories are refused before the system ends the bot.`,
  );
}

/** Where data is written. The folders are made if they are not there. */
export async function examineDisk(machine: Machine, folders: readonly string[]): Promise<Finding[]> {
  return Promise.all(
    folders.map(async (folder) => {
      await mkdir(folder, { recursive: true });
      const free = await machine.freeDisk(folder);
      const found = `${gigabytes(free)} free in ${folder}`;
      if (free >= TIGHT_DISK) return well('disk', found);
      const fix = 'Make room, or move the data to a larger disk (DATABASE_URL, BLOBS_FOLDER).';
      return free < FULL_DISK ? bad('disk', found, fix) : warning('disk', found, fix);
    }),
  );
}

/** The folders in which a database and blobs grow on this machine. */
export function dataFolders(databaseUrl: string, blobsFolder: string): string[] {
  const location = parseDatabaseUrl(databaseUrl);
  const folders = location.provider === 'sqlite' ? [dirname(resolve(location.path))] : [];
  return [...new Set([...folders, resolve(blobsFolder)])];
}

/** Runs a tiny graph on the providers that would be tried, until one works. */
export async function workingProvider(choice: string) {
  const graph = new Graph({ compute: 'float32' });
  graph.output('y', graph.mul(graph.input('x', 'float32', [2]), graph.scalar(2)));
  const model = graph.encode();
  return withFallback(providerCandidates(choice, listProviders()), async (providers) => {
    const session = await OnnxSession.create(model, { weightsFolder: '.', providers, threads: 1 });
    try {
      const { y } = await session.run({ x: float32Tensor(Float32Array.of(1, 2), [2]) }, ['y']);
      if (y?.data[1] !== 4) throw new Error('it computes wrongly');
    } finally {
      await session.release();
    }
  });
}

export async function examineProvider(choice: string): Promise<Finding> {
  const { provider, fallbacks } = await workingProvider(choice);
  if (fallbacks.length === 0) return well('provider', provider);
  const tried = fallbacks.map((each) => `${each.provider}: ${firstWords(each.reason)}`).join('; ');
  if (choice === 'auto') return well('provider', `${provider} (in vain: ${tried})`);
  return warning('provider', `${provider} in place of ${tried}`, 'Install its driver, or set PROVIDER=auto.');
}

/** Providers' reasons may be a page long. */
function firstWords(reason: string): string {
  const line = reason.split('\n')[0] ?? '';
  return line.length > REASON_SHOWN ? `${line.slice(0, REASON_SHOWN)}…` : line;
}
