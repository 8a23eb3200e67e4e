import { createReadStream } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { z } from 'zod';
import { benchScript } from '../bench-script.ts';
import { LineProcess } from '../line-process.ts';
import { type ProcessMemory, watchMemory } from '../process-memory.ts';
import { startPython } from '../python.ts';
import type { Tell } from '../tell.ts';
import type { UnetTask } from './unet-process.ts';

export type StepName = 'plain' | 'everything';
const STEPS: readonly StepName[] = ['plain', 'everything'];

/** One program that does single steps of the large U-Net. */
export interface StepRunner {
  readonly name: string;
  readonly versions: Readonly<Record<string, string>>;
  /** milliseconds from the command to where the first step can begin */
  readonly load: number;
  /** milliseconds, by round */
  readonly times: Readonly<Record<StepName, readonly number[]>>;
  /** memory up to the end of plain steps, and with everything */
  readonly memory: Readonly<Record<StepName, ProcessMemory>>;
}

export interface SdxlResult {
  /** side of the picture, pixels */
  readonly size: number;
  readonly threads: number;
  /** bytes of the weights' files */
  readonly weights: number;
  readonly runners: readonly StepRunner[];
  /** greatest difference of the guided predictions from ours over their root mean square */
  readonly difference: Readonly<Partial<Record<StepName, number>>>;
}

export interface SdxlTask extends Omit<UnetTask, 'folder' | 'mapWeights'> {
  readonly rounds: number;
  readonly python: string | undefined;
}

/** Steps of the large U-Net by ours and then by diffusers: never both in memory, so not in turns. */
export async function measureSdxl(task: SdxlTask, tell: Tell): Promise<SdxlResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'troupe-bench-'));
  const { size, threads, model } = task;
  try {
    const weights = await warmFiles(path.join(model, 'unet'));
    const ours = await runSteps(
      'Troupe',
      () => startOurs({ model, size, threads, mapWeights: true, folder }),
      task,
      tell,
      async () => floats(path.join(folder, 'ours')),
    );
    const theirs =
      task.python === undefined
        ? undefined
        : await runSteps(
            'PyTorch eager float32',
            () => startRival(task.python as string, folder),
            task,
            tell,
            async () => floats(path.join(folder, 'answer')),
          );
    const difference = Object.fromEntries(
      STEPS.flatMap((step) => (theirs ? [[step, differenceOf(ours.answers[step], theirs.answers[step])]] : [])),
    );
    return { size, threads, weights, runners: [ours.runner, ...(theirs ? [theirs.runner] : [])], difference };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

const startOurs = (task: UnetTask) =>
  new LineProcess(process.execPath, ['--import', 'tsx', benchScript('sdxl-unet.ts'), JSON.stringify(task)]);

const startRival = (python: string, folder: string) =>
  startPython(python, 'sdxl_rival.py', [path.join(folder, 'task.json')]);

const ready = z.object({ ready: z.record(z.string(), z.string()) });
const answer = z.object({ wall: z.number() });

async function runSteps(
  name: string,
  start: () => LineProcess,
  { rounds, size }: SdxlTask,
  tell: Tell,
  read: () => Promise<Float32Array>,
): Promise<{ runner: StepRunner; answers: Record<StepName, Float32Array> }> {
  const started = performance.now();
  const child = start();
  const { ready: versions } = ready.parse(await child.answer());
  const load = performance.now() - started;
  tell(`${name}, ${size} px: ready after ${(load / 1e3).toFixed(1)} s`);
  const times: Record<StepName, number[]> = { plain: [], everything: [] };
  const memory = {} as Record<StepName, ProcessMemory>;
  const answers = {} as Record<StepName, Float32Array>;
  try {
    for (const step of STEPS) {
      const watch = watchMemory(child.pid);
      for (let round = 0; round < rounds; round++) {
        const { wall } = answer.parse(await child.ask(step));
        times[step].push(wall);
        tell(`${name}, ${size} px, ${step} step: ${(wall / 1e3).toFixed(1)} s`);
      }
      memory[step] = watch.stop();
      answers[step] = await read();
    }
  } finally {
    await child.close();
  }
  return { runner: { name, versions, load, times, memory }, answers };
}

/** Reads the weights once, so that nobody is the first to wait for the disk. @returns their bytes */
async function warmFiles(folder: string): Promise<number> {
  let bytes = 0;
  for (const name of (await readdir(folder)).filter((file) => file.endsWith('.safetensors'))) {
    for await (const chunk of createReadStream(path.join(folder, name), { highWaterMark: 2 ** 24 }))
      bytes += chunk.length;
  }
  return bytes;
}

async function floats(file: string): Promise<Float32Array> {
  const bytes = await readFile(file);
  return new Float32Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

function differenceOf(a: Float32Array, b: Float32Array): number {
  const scale = Math.sqrt(a.reduce((sum, value) => sum + value ** 2, 0) / a.length);
  return a.reduce((most, value, i) => Math.max(most, Math.abs(value - (b[i] as number))), 0) / scale;
}
