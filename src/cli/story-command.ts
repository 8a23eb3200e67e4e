import path from 'node:path';
import { assertCanonFits, type Canon, canonAnchors, makeCanon } from '../canon/canon.ts';
import { encodeCanon } from '../canon/canon-file.ts';
import { openCanon } from '../canon/open-canon.ts';
import { DEFAULT_SETTINGS, PLAIN_SETTINGS } from '../engine/consistory/settings.ts';
import type { PanelRequest } from '../engine/draw-story.ts';
import { createScheduler } from '../engine/schedulers/create-scheduler.ts';
import { openLora } from '../engine/weights/lora.ts';
import { adaptedIdentity, inOrder, loraHash, type WeightedLora } from '../engine/weights/lora-identity.ts';
import { adaptedWeights } from '../engine/weights/lora-targets.ts';
import type { ModelFolder } from '../engine/weights/model-folder.ts';
import { openModel } from '../engine/weights/open-model.ts';
import type { Engine } from '../engine/worker/engine-client.ts';
import type { EngineProgress, LoraChoice, ModelChoice } from '../engine/worker/messages.ts';
import { writeFileAtomically } from '../files/write-atomically.ts';
import { findModel } from '../models/models-folder.ts';
import { debugPictures } from '../render/debug-pictures.ts';
import { type Character, parseCharacter } from '../story/character.ts';
import { canonsIn, planStory, type StoryPlan } from '../story/plan-story.ts';
import { readSeed } from '../story/seed.ts';
import { readStory, type StoryScript } from '../story/story-script.ts';
import { tellFallbacks, tellOfDrawing, tellPlan, tellUnknownWords, tellUnshown } from './story-notices.ts';
import type { LoraOption, StoryOptions } from './story-options.ts';
import { makeFolder, refuseOutputs } from './story-outputs.ts';
import { type DrawnMode, renderStory } from './story-picture.ts';

/** What the command line needs from outside. */
export interface StoryConsole {
  readonly engine: Engine;
  readonly signal: AbortSignal;
  /** progress of a phase, by its name for people */
  progress(phase: string, done: number, total: number): void;
  /** something to know that is no error */
  notice: (text: string) => void;
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

/**
 * Draws the story of a command line and writes its picture. Everything that can be refused is refused before the
 * first step, and nothing is written before all of it is there.
 * @throws UserError
 */
export async function storyCommand(options: StoryOptions, io: StoryConsole): Promise<void> {
  const model = openModel(findModel(options.model));
  const opened = await Promise.all(options.canons.map(openCanon));
  const script = readStory(options.title, charactersOf(options, opened), options.panels);
  const canons = canonsIn(script, opened);
  const size = options.size ?? canons[0]?.size ?? { width: model.card.width, height: model.card.height };
  const seed = readSeed(options.seed);
  const plan = planOf(options, script, canons, model, seed);
  if (options.saveCanon !== undefined) canonAnchors(plan.request); // refused now, not when all is drawn
  createScheduler(model.scheduler.config, plan.request.steps, plan.request.sampler); // nor when all is loaded
  await refuseOutputs(options);
  const loras = await openLoras(options.loras, model, io.signal);
  // last of the checks, because it reads the whole model
  const own = { name: model.card.name, hash: await io.engine.modelHash(model.path, io) };
  const identity = adaptedIdentity(own, loras);
  for (const canon of canons) assertCanonFits(canon, identity, size, options.canons[opened.indexOf(canon)] as string);
  tellUnshown(script, io.notice);
  tellUnknownWords(plan, model, io.notice);

  const modes = await drawModes(options, plan, { folder: model.path, size, loras: loras.map(loraChoice) }, io);
  const main = modes.at(-1) as DrawnMode;
  tellOfDrawing(script, canons, main, io.notice);
  const page = await renderStory({ script, plan, modes, model: identity, loras, seed, columns: options.columns });
  const files: [string, Uint8Array][] = [[options.out, page]];
  if (options.saveCanon !== undefined) {
    files.push([options.saveCanon, encodeCanon(canonOf(script, main, identity, size))]);
  }
  if (options.debug !== undefined && main.story.trace) {
    for (const { name, png } of await debugPictures(main.story.panels, main.story.trace)) {
      files.push([path.join(options.debug, name), png]);
    }
  }
  if (options.debug !== undefined) await makeFolder(options.debug);
  for (const [file, bytes] of files) await writeFileAtomically(file, bytes);

  io.print(`Seed ${seed}. ${modes.map(timings).join(' ')}`);
  if (options.debug !== undefined) io.print(`What the method saw: ${path.resolve(options.debug)}`);
  if (options.saveCanon !== undefined) io.print(`Canon: ${path.resolve(options.saveCanon)}`);
  io.print(`Story: ${path.resolve(options.out)}`);
}

/**
 * The LoRAs of the command line, each looked through for the model.
 * @throws UserError those of openLora, and `lora-twice`
 */
async function openLoras(
  options: readonly LoraOption[],
  model: ModelFolder,
  signal: AbortSignal,
): Promise<WeightedLora[]> {
  const weights = adaptedWeights(model);
  const opened = options.map(({ file, weight }) => ({ ...openLora(file, weights), weight }));
  const hashes = await Promise.all(opened.map(({ file }) => loraHash(file, { signal })));
  return inOrder(opened.map(({ file, name, weight }, i) => ({ file, name, weight, hash: hashes[i] as string })));
}

const loraChoice = ({ file, weight }: WeightedLora): LoraChoice => ({ file, weight });

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
    sampler: options.sampler ?? canon?.sampler,
    promptPrefix: options.style ?? card.promptPrefix,
    negativePrompt: options.negative,
    settings: { ...DEFAULT_SETTINGS, ...canon?.settings, ...options.settings },
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
    // nobody looks at anchors
    const panels = plan.panels.map((place) => plan.request.panels[place] as PanelRequest);
    const request = { ...plan.request, panels, settings: PLAIN_SETTINGS };
    requests.push({ name: 'plain', request, places: panels.map((_, i) => i) });
  }
  if (options.mode !== 'plain') {
    requests.push({ name: 'consistent', request: plan.request, places: plan.panels });
  }
  const modes: DrawnMode[] = [];
  for (const { name, request, places } of requests) {
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
        loaded: ({ provider, fallbacks, plan }) => {
          tellFallbacks(options.provider, provider, fallbacks, io.notice);
          tellPlan(plan, io.notice);
        },
      },
    );
    modes.push({ name, request, places, story });
  }
  return modes;
}

function canonOf(script: StoryScript, { request, story }: DrawnMode, model: Canon['model'], size: Canon['size']) {
  const { latentShape, maskGrid } = story;
  return makeCanon({ request, drawn: story, characters: script.characters, model, size, latentShape, maskGrid });
}

function timings({ name, story }: DrawnMode): string {
  const seconds = (ms: number) => `${(ms / 1000).toFixed(1)} s`;
  const phases = Object.entries(story.timings).map(
    ([phase, ms]) => `${PHASE_NAMES[phase as keyof typeof PHASE_NAMES].toLowerCase()} ${seconds(ms)}`,
  );
  const total = Object.values(story.timings).reduce((a, b) => a + b, 0);
  return `${name}: ${seconds(total)} (${phases.join(', ')}).`;
}
