import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { runStory } from '../../src/cli/run-story.ts';
import type { DrawnStory, StoryRequest } from '../../src/engine/draw-story.ts';
import type { StoryTrace } from '../../src/engine/story-trace.ts';
import type { Engine, EngineHooks } from '../../src/engine/worker/engine-client.ts';
import type { DrawOptions, EngineOptions, ModelChoice } from '../../src/engine/worker/messages.ts';
import { drawnFor, MASK_GRID, MODEL } from './canons.ts';

export interface Outcome {
  readonly code: number;
  readonly stdout: string;
  readonly stderr: string;
}

/** A folder of its own for each use; `remove` when done. */
export function temporaryFolder() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-story-'));
  return {
    folder,
    at: (...parts: string[]) => path.join(folder, ...parts),
    /** every file and folder in it, hidden ones too */
    list: () => fs.readdirSync(folder, { recursive: true }).map(String).sort(),
    remove: () => fs.rmSync(folder, { recursive: true }),
  };
}

/** `npm run story` in this process. */
export async function runHere(
  args: readonly string[],
  startEngine: (options: EngineOptions) => Engine,
  interrupted = new AbortController().signal,
): Promise<Outcome> {
  const written = { stdout: '', stderr: '' };
  const output = (name: keyof typeof written) => ({
    write: (text: string) => {
      written[name] += text;
    },
  });
  const code = await runStory(args, { stdout: output('stdout'), stderr: output('stderr'), interrupted, startEngine });
  return { code, ...written };
}

export interface DrawCall {
  readonly model: ModelChoice;
  readonly story: StoryRequest;
  readonly options: DrawOptions;
}

/** Unlike FakeEngine (fake-engine.ts), which behaves as the engine does step by step: draws at once what `drawnFor` says, keeps what it was asked for, and lets a test come between. */
export class InstantEngine implements Engine {
  readonly calls: DrawCall[] = [];
  hashed = 0;
  closed = 0;
  private readonly between: (call: DrawCall, hooks: EngineHooks) => DrawnStory | undefined;

  constructor(between: (call: DrawCall, hooks: EngineHooks) => DrawnStory | undefined = () => undefined) {
    this.between = between;
  }

  async draw(model: ModelChoice, story: StoryRequest, options: DrawOptions, hooks: EngineHooks = {}) {
    const call = { model, story, options };
    this.calls.push(call);
    const drawn = this.between(call, hooks) ?? drawnFor(story);
    hooks.signal?.throwIfAborted();
    for (const done of [0, 1]) hooks.progress?.({ phase: 'sample', done, total: 1 });
    return options.trace ? { ...drawn, trace: traceFor(drawn, story) } : drawn;
  }

  probe(): never {
    throw new Error('a story is not probed');
  }

  async modelHash(): Promise<string> {
    this.hashed++;
    return MODEL.hash;
  }

  async close(): Promise<void> {
    this.closed++;
  }
}

function traceFor(drawn: DrawnStory, { panels }: StoryRequest): StoryTrace {
  const attention = new Float32Array(MASK_GRID.height * MASK_GRID.width);
  return {
    maskGrid: MASK_GRID,
    attentionGrids: [MASK_GRID],
    diftGrid: MASK_GRID,
    injectGrid: MASK_GRID,
    panels: drawn.panels.map(({ id, image, masks }, i) => ({
      id,
      firstImage: image,
      firstMasks: masks,
      attention: Object.fromEntries((panels[i]?.concepts ?? []).map((name) => [name, [attention]])),
      attentionByStep: {},
    })),
    correspondences: [],
    injected: [],
  };
}
