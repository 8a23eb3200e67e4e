import { createHash } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { passLengths } from '../../src/engine/consistory/settings.ts';
import type { DrawnPanel, DrawnStory, PanelRequest, StoryRequest } from '../../src/engine/draw-story.ts';
import type { RasterImage } from '../../src/engine/raster-image.ts';
import type { Engine, EngineHooks } from '../../src/engine/worker/engine-client.ts';
import type { DrawOptions, EngineProgress, ModelChoice } from '../../src/engine/worker/messages.ts';
import { POCKET } from './fixtures.ts';

export interface FakeEngineOptions {
  /** Side of the pictures in pixels, whatever size is asked for. */
  readonly side?: number;
  /** Comes before each unit of work (a step, a picture); the work goes on when it resolves, and fails if it rejects. */
  readonly between?: (at: EngineProgress, call: FakeCall) => Promise<unknown> | unknown;
  /** Calls to keep for tests to look at; a load test keeps none. */
  readonly keep?: boolean;
}

export interface FakeCall {
  readonly model: ModelChoice;
  readonly story: StoryRequest;
  readonly options: DrawOptions;
  readonly signal: AbortSignal | undefined;
}

export const FAKE_MODEL_HASH = 'fa'.repeat(32);
const LATENT_SHAPE = [4, 4, 4] as const;
const MASK_GRID = { height: 4, width: 4 };

/**
 * An engine that paints each panel in one colour, which depends on all that a panel's picture depends on: the same
 * request gives the same bytes. Pictures that are given stay as they are. Otherwise it behaves as the engine does: one story after the other, the same phases
 * and steps, previews, abort within a step.
 */
export class FakeEngine implements Engine {
  readonly calls: FakeCall[] = [];
  /** Panels drawn in all, those beside the wanted ones included. */
  panelsDrawn = 0;
  readonly #options: FakeEngineOptions;
  #line: Promise<unknown> = Promise.resolve();
  #closed = false;

  constructor(options: FakeEngineOptions = {}) {
    this.#options = options;
  }

  draw(model: ModelChoice, story: StoryRequest, options: DrawOptions, hooks: EngineHooks = {}): Promise<DrawnStory> {
    const turn = this.#line.then(() => this.#draw({ model, story, options, signal: hooks.signal }, hooks));
    this.#line = turn.catch(() => undefined);
    return turn;
  }

  probe(): Promise<never> {
    return Promise.reject(new Error('the fake engine can not probe pictures'));
  }

  /** Another one for each folder. */
  async modelHash(folder: string): Promise<string> {
    return folder === POCKET ? FAKE_MODEL_HASH : digest(folder).toString('hex');
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.#line;
  }

  async #draw(call: FakeCall, hooks: EngineHooks): Promise<DrawnStory> {
    const { story, options } = call;
    if (this.#options.keep !== false) this.calls.push(call);
    for (const at of units(story)) {
      hooks.progress?.(at);
      await setImmediate();
      await this.#options.between?.(at, call);
      hooks.signal?.throwIfAborted();
      if (this.#closed) throw new Error('the engine was closed');
      const isShown = options.previewEvery > 0 && at.done > 0 && at.done % options.previewEvery === 0;
      if (isShown && (at.phase === 'sample' || at.phase === 'inject')) {
        hooks.preview?.(story.panels.map((panel) => this.#paint(panel)));
      }
    }
    this.panelsDrawn += story.panels.length;
    const panels = story.panels.map(
      (panel): DrawnPanel => ({
        id: panel.id,
        image: this.#paint(panel),
        latents: latentsOf(panel, story.steps),
        masks: Object.fromEntries(panel.concepts.map((name) => [name, maskOf(panel, name)])),
        truncatedWords: [],
      }),
    );
    return { panels, latentShape: LATENT_SHAPE, maskGrid: MASK_GRID, timings: { sample: 1 } };
  }

  #paint(panel: PanelRequest): RasterImage {
    if (panel.picture) return panel.picture;
    const side = this.#options.side ?? 16;
    const [r = 0, g = 0, b = 0] = panelColour(panel);
    const rgb = new Uint8Array(side * side * 3);
    for (let i = 0; i < rgb.length; i += 3) rgb.set([r, g, b], i);
    return { width: side, height: side, rgb };
  }
}

/** The colour that the fake engine gives a panel. */
export function panelColour({ seed, id, revision, prompt }: PanelRequest): readonly number[] {
  return [...digest(`${seed} ${id} ${revision} ${prompt}`).subarray(0, 3)];
}

function* units({ steps, settings, panels }: StoryRequest): Iterable<EngineProgress> {
  const { sample, inject } = passLengths(settings, steps);
  const phases: [EngineProgress['phase'], number][] = [
    ['load', 1],
    ['encode', 1],
    ['sample', sample],
  ];
  if (inject > 0) phases.push(['match', 1], ['inject', inject]);
  phases.push(['decode', panels.length]);
  for (const [phase, total] of phases) for (let done = 0; done <= total; done++) yield { phase, done, total };
}

function latentsOf(panel: PanelRequest, steps: number): Float32Array {
  if (panel.given) return panel.given;
  const bytes = panel.picture
    ? createHash('sha256').update(panel.picture.rgb).digest()
    : digest(`latents ${panel.seed} ${panel.id} ${panel.revision} ${steps}`);
  const size = LATENT_SHAPE.reduce((a, b) => a * b, 1);
  return Float32Array.from({ length: size }, (_, i) => ((bytes[i % bytes.length] ?? 0) - 128) / 64);
}

function maskOf(panel: PanelRequest, concept: string): Uint8Array {
  const bytes = digest(`mask ${panel.seed} ${panel.id} ${concept}`);
  return Uint8Array.from({ length: MASK_GRID.height * MASK_GRID.width }, (_, i) => (bytes[i] ?? 0) & 1);
}

function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
