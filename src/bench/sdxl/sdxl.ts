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

/** Largest picture, pixels of a side, at which ours and the rival's are in memory together (20 GB), so that they take turns. */
const IN_TURNS_UP_TO = 512;

/** Steps of the large U-Net by ours and by diffusers: in turns where memory is enough, else one after the other. */
export async function measureSdxl(task: SdxlTask, tell: Tell): Promise<SdxlResult> {
  const folder = await mkdtemp(path.join(tmpdir(), 'troupe-bench-'));
  const { size, threads, model, python } = task;
  const ours: Program = {
    name: 'Troupe',
    start: () => startOurs({ model, size, threads, mapWeights: true, folder }),
    answer: path.join(folder, 'ours'),
  };
  const theirs: Program[] = python
    ? [{ name: 'PyTorch eager float32', start: () => startRival(python, folder), answer: path.join(folder, 'answer') }]
    : [];
  try {
    const weights = await warmFiles(path.join(model, 'unet'));
    const groups = size <= IN_TURNS_UP_TO ? [[ours, ...theirs]] : [[ours], theirs];
    const measured: Measured[] = [];
    for (const group of groups) measured.push(...(await stepInTurns(group, task, tell)));
    const [own, rival] = measured;
    const difference = Object.fromEntries(
      STEPS.flatMap((step) => (own && rival ? [[step, differenceOf(own.answers[step], rival.answers[step])]] : [])),
    );
    return { size, threads, weights, runners: measured.map(({ runner }) => runner), difference };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** A program of steps, and the file in which it leaves each answer. */
interface Program {
  readonly name: string;
  readonly start: () => LineProcess;
  readonly answer: string;
}

interface Measured {
  readonly runner: StepRunner;
  readonly answers: Readonly<Record<StepName, Float32Array>>;
}

const startOurs = (task: UnetTask) =>
  new LineProcess(process.execPath, ['--import', 'tsx', benchScript('sdxl-unet.ts'), JSON.stringify(task)]);

const startRival = (python: string, folder: string) =>
  startPython(python, 'sdxl_rival.py', [path.join(folder, 'task.json')]);

const ready = z.object({ ready: z.record(z.string(), z.string()) });
const answer = z.object({ wall: z.number() });

/** All kinds of steps by all of these programs, who are in memory together. The first writes what the others are asked. */
async function stepInTurns(
  programs: readonly Program[],
  { rounds, size }: SdxlTask,
  tell: Tell,
): Promise<readonly Measured[]> {
  const running: Running[] = [];
  try {
    for (const program of programs) {
      running.push(await Running.start(program));
      tell(`${program.name}, ${size} px: ready after ${((running.at(-1)?.load ?? 0) / 1e3).toFixed(1)} s`);
    }
    for (const step of STEPS) {
      for (let round = 0; round < rounds; round++) {
        for (const program of running) {
          const wall = await program.step(step);
          tell(`${program.name}, ${size} px, ${step} step: ${(wall / 1e3).toFixed(1)} s`);
        }
      }
    }
    return running.map((program) => program.measured());
  } finally {
    await Promise.all(running.map(({ child }) => child.close()));
  }
}

class Running {
  readonly name: string;
  readonly child: LineProcess;
  readonly load: number;
  private readonly versions: Readonly<Record<string, string>>;
  private readonly file: string;
  private readonly times: Record<StepName, number[]> = { plain: [], everything: [] };
  private readonly memory: Partial<Record<StepName, ProcessMemory>> = {};
  private readonly answers: Partial<Record<StepName, Float32Array>> = {};

  private constructor(program: Program, child: LineProcess, versions: Readonly<Record<string, string>>, load: number) {
    this.name = program.name;
    this.file = program.answer;
    this.child = child;
    this.versions = versions;
    this.load = load;
  }

  static async start(program: Program): Promise<Running> {
    const started = performance.now();
    const child = program.start();
    const { ready: versions } = ready.parse(await child.answer());
    return new Running(program, child, versions, performance.now() - started);
  }

  /** @returns milliseconds */
  async step(step: StepName): Promise<number> {
    const watch = watchMemory(this.child.pid);
    const { wall } = answer.parse(await this.child.ask(step));
    this.times[step].push(wall);
    const now = watch.stop();
    const before = this.memory[step] ?? now;
    this.memory[step] = {
      own: Math.max(before.own, now.own),
      resident: Math.max(before.resident, now.resident),
    };
    this.answers[step] = await floats(this.file);
    return wall;
  }

  measured(): Measured {
    const { name, versions, load, times } = this;
    const memory = this.memory as StepRunner['memory'];
    return { runner: { name, versions, load, times, memory }, answers: this.answers as Measured['answers'] };
  }
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
