import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import { anchorDrift, assertCanonFits, type Canon, makeCanon } from '../canon/canon.ts';
import { decodeCanon, encodeCanon } from '../canon/canon-file.ts';
import { PLAIN_SETTINGS } from '../engine/consistory/settings.ts';
import type { DrawnStory, StoryRequest } from '../engine/draw-story.ts';
import { type ModelFolder, openModelFolder } from '../engine/weights/model-folder.ts';
import type { Engine } from '../engine/worker/engine-client.ts';
import type { EngineProgress, ModelChoice } from '../engine/worker/messages.ts';
import { UserError } from '../errors/user-error.ts';
import { ensureWritable, writeFileAtomically } from '../files/write-atomically.ts';
import { debugPictures } from '../render/debug-pictures.ts';
import { renderGrid } from '../render/grid.ts';
import { renderRows } from '../render/rows.ts';
import type { StoryMetadata } from '../render/story-metadata.ts';
import { type Character, parseCharacter } from '../story/character.ts';
import { planStory, type StoryPlan, unknownWords } from '../story/plan-story.ts';
import { readSeed } from '../story/seed.ts';
import { readStory, type StoryScript } from '../story/story-script.ts';
import type { StoryOptions } from './story-options.ts';

/** What the command line needs from outside. */
export interface StoryConsole {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** progress of a phase, by its name for people */
  progress(phase: string, done: number, total: number): void;
  /** something to know that is no error */
  notice(text: string): void;
  /** the result, a line at a time */
  print(text: string): void;
}

const PHASE_NAMES: Readonly<Record<EngineProgress['phase'], string>> = {
  load: 'Loading model',
  encode: 'Reading prompts',
  sample: 'Drawing',
  match: 'Matching',
  inject: 'Aligning',
  decode: 'Developing',
};

/** Anchors that come out this close to how they were are the same to the eye; only another machine's rounding differs. */
const VISIBLE_DRIFT = 0.05;

interface DrawnMode {
  readonly name: 'plain' | 'consistent';
  readonly request: StoryRequest;
  readonly story: DrawnStory;
}

/**
 * Draws the story of a command line and writes its picture. Everything that can be refused is refused before the
 * first step, and nothing is written before all of it is there.
 * @throws UserError
 */
export async function storyCommand(options: StoryOptions, io: StoryConsole): Promise<void> {
  const model = openModelFolder(options.model);
  const size = options.size ?? { width: model.card.width, height: model.card.height };
  const identity = { name: model.card.name, hash: await io.engine.modelHash(model.dir, io) };
  const canons = await readCanons(options.canons);
  for (const [i, canon] of canons.entries()) assertCanonFits(canon, identity, size, options.canons[i] as string);
  const script = readStory(options.title, charactersOf(options, canons), options.panels);
  const seed = readSeed(options.seed);
  const plan = planOf(options, script, canons, model, seed);
  for (const file of [options.out, options.saveCanon]) if (file !== undefined) await ensureWritable(file);
  if (options.debug !== undefined) await makeFolder(options.debug);
  tellUnknownWords(plan, model, io);

  const modes = await drawModes(options, plan, { folder: model.dir, size }, io);
  const main = modes.at(-1) as DrawnMode;
  tellOfDrawing(script, plan, canons, main, io);
  const files: [string, Uint8Array][] = [[options.out, await picture(options, script, plan, modes, identity, seed)]];
  if (options.saveCanon !== undefined) {
    files.push([options.saveCanon, encodeCanon(canonOf(script, main, identity, size))]);
  }
  if (options.debug !== undefined && main.story.trace) {
    for (const { name, png } of await debugPictures(main.story.panels, main.story.trace)) {
      files.push([path.join(options.debug, name), png]);
    }
  }
  for (const [file, bytes] of files) await writeFileAtomically(file, bytes);

  io.print(`Seed ${seed}. ${modes.map(timings).join(' ')}`);
  if (options.debug !== undefined) io.print(`What the method saw: ${path.resolve(options.debug)}`);
  if (options.saveCanon !== undefined) io.print(`Canon: ${path.resolve(options.saveCanon)}`);
  io.print(`Story: ${path.resolve(options.out)}`);
}

async function readCanons(files: readonly string[]): Promise<Canon[]> {
  return Promise.all(
    files.map(async (file) => {
      const bytes = await readFile(file).catch((error: Error) => {
        const todo = 'Give a file that --save-canon wrote.';
        throw new UserError('canon-unreadable', {
          expected: `to read the canon ${file}`,
          got: error.message,
          todo,
          file,
        });
      });
      return decodeCanon(bytes, file);
    }),
  );
}

/** Characters of the command line, and those that canons bring along. */
function charactersOf(options: StoryOptions, canons: readonly Canon[]): Character[] {
  return [...canons.flatMap((canon) => canon.characters), ...options.characters.map(parseCharacter)];
}

function planOf(
  options: StoryOptions,
  script: StoryScript,
  canons: readonly Canon[],
  { card }: ModelFolder,
  seed: bigint,
): StoryPlan {
  // a canon's anchors come out as they were only if they are drawn as they were
  const [canon] = canons;
  return planStory(script, {
    seed,
    canons,
    steps: options.steps ?? canon?.steps ?? card.steps,
    guidance: options.guidance ?? canon?.guidance ?? card.guidance,
    promptPrefix: options.style ?? card.promptPrefix,
    negativePrompt: options.negative,
    settings: canon ? { ...options.settings, anchors: canon.anchorCount } : options.settings,
  });
}

async function drawModes(
  options: StoryOptions,
  plan: StoryPlan,
  model: ModelChoice,
  io: StoryConsole,
): Promise<DrawnMode[]> {
  const requests: Omit<DrawnMode, 'story'>[] = [];
  if (options.mode !== 'consistent') {
    requests.push({ name: 'plain', request: { ...plan.request, settings: PLAIN_SETTINGS } });
  }
  if (options.mode !== 'plain') requests.push({ name: 'consistent', request: plan.request });
  const modes: DrawnMode[] = [];
  for (const { name, request } of requests) {
    const story = await io.engine.draw(
      model,
      request,
      { trace: options.debug !== undefined, previewEvery: 0 },
      {
        signal: io.signal,
        progress: ({ phase, done, total }) => {
          const label = requests.length > 1 && phase === 'sample' ? `Drawing ${name}` : PHASE_NAMES[phase];
          io.progress(label, done, total);
        },
        loaded: ({ provider, fallbacks }) => {
          for (const { provider: failed, reason } of fallbacks) {
            const firstLine = reason.split('\n')[0];
            io.notice(`The provider ${failed} can't be used here (${firstLine}); drawing with ${provider}.`);
          }
        },
      },
    );
    modes.push({ name, request, story });
  }
  return modes;
}

function tellUnknownWords(plan: StoryPlan, model: ModelFolder, io: StoryConsole): void {
  const prompts = plan.panels.map((i) => plan.request.panels[i]?.prompt ?? '');
  const unknown = unknownWords(prompts, model.card.vocabulary);
  if (unknown.length > 0) {
    io.notice(`The model ${model.card.name} was not taught: ${unknown.join(', ')}. It will draw around these words.`);
  }
}

function tellOfDrawing(
  script: StoryScript,
  plan: StoryPlan,
  canons: readonly Canon[],
  { request, story }: DrawnMode,
  io: StoryConsole,
): void {
  plan.panels.forEach((place, i) => {
    const cut = story.panels[place]?.truncatedWords ?? [];
    if (cut.length > 0) io.notice(`Panel ${i + 1} is too long for the model; it did not read: ${cut.join(' ')}`);
  });
  for (const canon of canons) {
    const drift = request.settings.sharedAttention ? anchorDrift(canon, request, story) : 0;
    if (drift > VISIBLE_DRIFT) {
      const names = canon.characters.map((c) => c.name).join(' and ');
      io.notice(`${names} came out a little differently than in the canon (other steps, guidance or machine).`);
    }
  }
  if (script.characters.length === 0) io.notice('No --character: each panel was drawn by itself.');
}

function picture(
  options: StoryOptions,
  script: StoryScript,
  plan: StoryPlan,
  modes: readonly DrawnMode[],
  model: Canon['model'],
  seed: bigint,
): Promise<Uint8Array> {
  const { title, columns } = { title: script.title, columns: options.columns };
  const images = ({ story }: DrawnMode) =>
    plan.panels.map((i) => (story.panels[i] as DrawnStory['panels'][number]).image);
  const metadata = storyMetadata(script, plan, modes, model, seed);
  const captions = script.panels.map((panel) => panel.caption);
  const [only, second] = modes;
  if (only && !second) {
    const panels = images(only).map((image, i) => ({ image, caption: captions[i] as string, number: i + 1 }));
    return renderGrid({ title, panels, columns, metadata }).then((page) => page.png);
  }
  const rows = modes.map((mode) => ({ label: mode.name, images: images(mode) }));
  return renderRows({ title, rows, captions, metadata }).then((page) => page.png);
}

function storyMetadata(
  script: StoryScript,
  { request, panels }: StoryPlan,
  modes: readonly DrawnMode[],
  model: Canon['model'],
  seed: bigint,
): StoryMetadata {
  const { settings, steps, guidance } = request;
  return {
    ...(script.title === undefined ? {} : { title: script.title }),
    seed: seed.toString(),
    model: `${model.name} ${model.hash}`,
    panels: panels.map((place, i) => ({
      prompt: request.panels[place]?.prompt ?? '',
      caption: script.panels[i]?.caption ?? '',
      revision: request.panels[place]?.revision ?? 0,
    })),
    settings: {
      mode: modes.map((mode) => mode.name).join(' and '),
      steps,
      guidance,
      anchors: settings.anchors,
      maskDropout: settings.maskDropout,
      sharedAttention: settings.sharedAttention,
      queryBlending: settings.queryBlending !== undefined,
      featureInjection: settings.featureInjection !== undefined,
      characters: script.characters.map(({ name, looks }) => `${name}: ${looks}`).join('; '),
    },
  };
}

function canonOf(script: StoryScript, { request, story }: DrawnMode, model: Canon['model'], size: Canon['size']) {
  const { latentShape, maskGrid } = story;
  return makeCanon({ request, drawn: story, characters: script.characters, model, size, latentShape, maskGrid });
}

async function makeFolder(folder: string): Promise<void> {
  await mkdir(folder, { recursive: true }).catch((error: Error) => {
    const todo = 'Choose another folder for --debug.';
    throw new UserError('output-unwritable', { expected: `to create the folder ${folder}`, got: error.message, todo });
  });
  await ensureWritable(path.join(folder, 'probe.png'));
}

function timings({ name, story }: DrawnMode): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const phases = Object.entries(story.timings).map(
    ([phase, ms]) => `${PHASE_NAMES[phase as keyof typeof PHASE_NAMES].toLowerCase()} ${seconds(ms)}`,
  );
  const total = Object.values(story.timings).reduce((a, b) => a + b, 0);
  return `${name}: ${seconds(total)} (${phases.join(', ')}).`;
}
