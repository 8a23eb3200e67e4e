import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { UnetSession } from '../engine/pipeline/unet-session.ts';
import { OnnxSession } from '../engine/runtime/onnx-session.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import { benchmarkStory, type StoryShape } from './benchmark-story.ts';
import { type CapturedStep, captureSteps, type StepKind } from './captured-steps.ts';
import { DiffusersRival } from './diffusers-rival.ts';
import { GemmPeak, torchGemmPeak } from './gemm-peak.ts';
import { type OperatorShare, type ProfiledRun, readProfile } from './ort-profile.ts';
import { describeStory } from './racing-rival.ts';
import { minimum, takeTurns } from './rounds.ts';
import type { Tell } from './tell.ts';
import { unetGraphOf } from './unet-graph.ts';

/** One kind of step of the U-Net. */
export interface StepProfile {
  readonly kind: StepKind;
  readonly rows: number;
  readonly banks: CapturedStep['banks'];
  /** milliseconds, without the profiler */
  readonly times: readonly number[];
  /** of all products */
  readonly flops: number;
  /** of the fastest run under the profiler */
  readonly operators: readonly OperatorShare[];
}

export interface StepsResult {
  readonly panels: number;
  readonly threads: number;
  /** operations per second of a large product through onnxruntime, by round */
  readonly gemm: readonly number[];
  /** the same of PyTorch, by type; undefined without Python */
  readonly torch: Readonly<Record<string, number>> | undefined;
  /** of one plain step, by PyTorch's counter; undefined without Python */
  readonly torchFlops: number | undefined;
  readonly steps: readonly StepProfile[];
}

export interface StepsTask extends StoryShape {
  readonly rounds: number;
  /** 0: all cores */
  readonly threads: number;
  readonly python: string | undefined;
}

/** What the U-Net's steps take, by operator, and how near they come to what this CPU can multiply. */
export async function profileSteps(model: ModelFolder, task: StepsTask, tell: Tell): Promise<StepsResult> {
  const { panels, rounds, threads, python } = task;
  const steps = await captureSteps(model, task);
  const peak = await GemmPeak.open(threads);
  const plain = await openUnet(model, threads);
  const run = (unet: UnetSession, { rows, feeds }: CapturedStep) => timed(() => unet.run(rows, feeds));
  const contenders = {
    gemm: () => peak.measure(),
    ...Object.fromEntries(steps.map((step) => [step.kind, () => run(plain.unet, step)])),
  } as Record<'gemm' | StepKind, () => Promise<number>>;
  const times = await takeTurns(contenders, rounds);
  await plain.session.release();
  await peak.release();
  const profiles = await profileRuns(model, threads, steps, rounds);
  return {
    panels,
    threads,
    gemm: times.gemm,
    torch: python === undefined ? undefined : await torchGemmPeak(python, threads),
    torchFlops: python === undefined ? undefined : await countByTorch(python, model, task),
    steps: steps.map(({ kind, rows, banks }, i) => {
      const { operators } = profiles[i] as ProfiledRun;
      const flops = operators.reduce((sum, share) => sum + share.flops, 0);
      tell(`${kind} step: ${minimum(times[kind]).toFixed(0)} ms, ${(flops / 1e9).toFixed(1)} GFLOP`);
      return { kind, rows: rows.length, banks, times: times[kind], flops, operators };
    }),
  };
}

/** The fastest run of each step under onnxruntime's profiler. */
async function profileRuns(
  model: ModelFolder,
  threads: number,
  steps: readonly CapturedStep[],
  rounds: number,
): Promise<ProfiledRun[]> {
  const folder = await mkdtemp(path.join(tmpdir(), 'troupe-bench-'));
  try {
    const { session, unet } = await openUnet(model, threads, path.join(folder, 'profile'));
    const turns = [...Array<undefined>(rounds + 1)].flatMap(() => steps);
    for (const { rows, feeds } of turns) await unet.run(rows, feeds);
    await session.release();
    const [file = ''] = await readdir(folder);
    const runs = readProfile(await readFile(path.join(folder, file), 'utf8'));
    if (runs.length !== turns.length) throw new Error(`${turns.length} runs, but ${runs.length} in the profile`);
    return steps.map((step) =>
      runs
        .filter((_, i) => i >= steps.length && turns[i] === step) // the first of each is a warm-up
        .reduce((best, other) => (other.time < best.time ? other : best)),
    );
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

async function openUnet(model: ModelFolder, threads: number, profile?: string) {
  const { graph, latents, size } = unetGraphOf(model);
  const options = { weightsFolder: model.dir, providers: ['cpu'], threads };
  const session = await OnnxSession.create(graph.model, { ...options, ...(profile && { profile }) });
  return { session, unet: new UnetSession(session, graph, 'float32', latents, size) };
}

async function countByTorch(python: string, model: ModelFolder, { panels }: StepsTask): Promise<number> {
  const story = benchmarkStory(model, 'exact', { panels, steps: 1 });
  const kind = { dtype: 'float32', compile: false } as const;
  const rival = await DiffusersRival.start(python, await describeStory(model, story), story.settings, kind, 1);
  try {
    return await rival.flops();
  } finally {
    await rival.close();
  }
}

async function timed(work: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
