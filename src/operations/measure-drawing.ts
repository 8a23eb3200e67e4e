import { execFile } from 'node:child_process';
import { promisify } from 'node:util';
import { z } from 'zod';
import { DEFAULT_SETTINGS, PLAIN_SETTINGS } from '../engine/consistory/settings.ts';
import type { StoryRequest } from '../engine/draw-story.ts';
import type { MemoryPlan } from '../engine/pipeline/memory-plan.ts';
import { peakMemory } from '../engine/runtime/peak-memory.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import { openModel } from '../engine/weights/open-model.ts';
import { startEngine } from '../engine/worker/engine-client.ts';

/** A short story that is drawn to see what it takes. */
export interface DrawingTask {
  /** as `openModel` takes it */
  readonly model: string;
  readonly size?: { readonly width: number; readonly height: number };
  readonly panels: number;
  readonly steps: number;
  readonly consistent: boolean;
  readonly provider: string;
  /** 0: all cores */
  readonly threads: number;
  /** bytes */
  readonly maxMemory: number;
  /** of a GPU's own memory, bytes; any by default */
  readonly deviceMemory?: number;
}

const MEASURED = z.object({
  /** largest resident memory of the process, bytes */
  peak: z.number(),
  /** what was foreseen, bytes */
  needed: z.number(),
  /** such as "text, then unet vae", parts whose weights are used as they lie marked "~" */
  plan: z.string(),
  /** milliseconds from the start of the process until the first sampling step began */
  toFirstStep: z.number(),
  /** milliseconds of sampling */
  sampling: z.number(),
  /** milliseconds of decoding */
  decoding: z.number(),
  /** whether all latents are numbers */
  finite: z.boolean(),
});
export type MeasuredDrawing = z.infer<typeof MEASURED>;

/** Draws in a process of its own: what a process once took is never given back. */
export async function measureDrawing(task: DrawingTask): Promise<MeasuredDrawing> {
  const program = new URL('../../scripts/memory/draw-and-tell.ts', import.meta.url);
  const args = ['--import', 'tsx', program.pathname, JSON.stringify(task)];
  try {
    const { stdout } = await promisify(execFile)(process.execPath, args);
    return MEASURED.parse(JSON.parse(stdout));
  } catch (error) {
    // the child says why on its last line
    const told = (error as { stderr?: string }).stderr?.trim().split('\n').at(-1);
    throw told ? new Error(told, { cause: error }) : error;
  }
}

/** The part that runs in that process. */
export async function drawAndMeasure(task: DrawingTask): Promise<MeasuredDrawing> {
  const { provider, threads, maxMemory, deviceMemory = Number.POSITIVE_INFINITY } = task;
  const model = openModel(task.model);
  const { width, height } = task.size ?? model.card;
  const engine = startEngine({ provider, threads, maxMemory, deviceMemory });
  let plan: MemoryPlan | undefined;
  let toFirstStep = Number.NaN;
  try {
    const story = await engine.draw(
      { folder: model.path, size: { width, height } },
      shortStory(model, task),
      { trace: false, previewEvery: 0 },
      {
        loaded: (event) => {
          plan = event.plan;
        },
        progress: ({ phase, done }) => {
          // performance.now() counts from the start of the process
          if (phase === 'encode' && done === 1) toFirstStep = performance.now();
        },
      },
    );
    const { encode: _, decode = 0, ...rest } = story.timings;
    return {
      peak: peakMemory(),
      needed: plan?.needed ?? Number.NaN,
      plan: plan ? showPlan(plan) : '',
      toFirstStep,
      sampling: Object.values(rest).reduce((sum, spent) => sum + spent, 0),
      decoding: decode,
      finite: story.panels.every(({ latents }) => latents.every(Number.isFinite)),
    };
  } finally {
    await engine.close();
  }
}

export function showPlan({ stages, mapped }: Pick<MemoryPlan, 'stages' | 'mapped'>): string {
  return stages
    .map((parts) => parts.map((part) => (mapped.includes(part) ? `${part}~` : part)).join(' '))
    .join(', then ');
}

/** Panels of one character. */
function shortStory({ card }: ModelFolder, { panels, steps, consistent }: DrawingTask): StoryRequest {
  return {
    panels: Array.from({ length: panels }, (_, id) => ({
      id,
      revision: 0,
      seed: 7n,
      concepts: ['fox'],
      prompt: `${card.promptPrefix} a fox`.trim(),
      negativePrompt: '',
    })),
    concepts: [{ name: 'fox', words: 'fox' }],
    settings: consistent ? DEFAULT_SETTINGS : PLAIN_SETTINGS,
    steps,
    guidance: card.guidance,
  };
}
