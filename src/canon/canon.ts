import type { ConsistencySettings } from '../engine/consistory/settings.ts';
import { closure, sharingEdges } from '../engine/consistory/stage.ts';
import type { Grid } from '../engine/consistory/subject-mask.ts';
import type { DrawnStory, StoryRequest } from '../engine/draw-story.ts';
import type { SamplerName } from '../engine/schedulers/sampler-names.ts';
import { UserError } from '../errors/user-error.ts';

/** Anchors that come out this close to how they were are the same to the eye; only another machine's rounding differs. */
const VISIBLE_DRIFT = 0.05;

/** A character as its canon knows it. */
export interface CanonCharacter {
  readonly name: string;
  readonly looks: string;
  readonly subject: string;
}

/** A picture that shows what a character looks like: all that is needed to draw it again, and what came out. */
export interface Anchor {
  readonly id: number;
  readonly revision: number;
  readonly seed: bigint;
  readonly prompt: string;
  readonly negativePrompt: string;
  /** a picture that somebody brought: its latents are all there is, nothing can draw it again */
  readonly given?: boolean;
  /** names of the characters in it */
  readonly concepts: readonly string[];
  /** finished latents, [C, H, W] */
  readonly latents: Float32Array;
  /** by character, over the mask grid */
  readonly masks: Readonly<Record<string, Uint8Array>>;
}

/**
 * What makes a character the same in every story: the anchors that the others looked at. They are drawn again with
 * each new story, as rows of its batch, and come out as they did, because they look at nobody but each other.
 */
export interface Canon {
  /** sha256 of the file: tells canons apart */
  readonly id: string;
  readonly characters: readonly CanonCharacter[];
  readonly model: { readonly name: string; readonly hash: string };
  readonly size: { readonly width: number; readonly height: number };
  readonly steps: number;
  readonly guidance: number;
  /** undefined: the model's own */
  readonly sampler?: SamplerName;
  /** what the anchors were drawn with; they come out as they did only with the same */
  readonly settings: ConsistencySettings;
  readonly latentShape: readonly [channels: number, height: number, width: number];
  readonly maskGrid: Grid;
  readonly anchors: readonly Anchor[];
}

export interface CanonSource {
  readonly request: StoryRequest;
  readonly drawn: DrawnStory;
  readonly characters: readonly CanonCharacter[];
  readonly model: Canon['model'];
  readonly size: Canon['size'];
  readonly latentShape: Canon['latentShape'];
  readonly maskGrid: Grid;
}

/** A panel that is to be an anchor: where it is in the request, and which of the story's own characters it shows. */
export interface AnchorPlace {
  readonly place: number;
  readonly concepts: readonly string[];
}

/**
 * The panels that make the canon of a story's own characters, those that no canon has brought along: the panels that
 * others looked at, those that these looked at in turn, and the only panel of whoever is in one panel only.
 *
 * A panel that also shows somebody else's canon becomes an anchor of the story's own characters alone: it is drawn
 * again without that canon, so it may come out a little differently.
 * @throws UserError `canon-empty` if no panel shows a character of the story's own
 */
export function canonAnchors({ panels, settings }: Pick<StoryRequest, 'panels' | 'settings'>): AnchorPlace[] {
  const known = new Set(panels.filter((panel) => panel.canon !== undefined).flatMap((panel) => panel.concepts));
  const own = panels
    .map((panel, place) => ({ ...panel, place, concepts: panel.concepts.filter((name) => !known.has(name)) }))
    .filter((panel) => panel.canon === undefined);
  const edges = sharingEdges(own, settings.anchors);
  const sources = new Set(edges.map((edge) => edge.source));
  for (const concept of new Set(own.flatMap((panel) => panel.concepts))) {
    const showing = own.flatMap((panel, i) => (panel.concepts.includes(concept) ? [i] : []));
    if (!showing.some((i) => sources.has(i))) sources.add(showing[0] as number);
  }
  if (sources.size === 0) {
    throw new UserError('canon-empty', {
      expected: 'a story with a character of its own',
      got: known.size > 0 ? `one with ${[...known].join(' and ')} only, whose canon you have` : 'none',
      todo: 'Add --character, or leave out --save-canon.',
    });
  }
  return closure(edges, [...sources]).map((i) => own[i] as (typeof own)[number]);
}

/**
 * The canon of a story's own characters.
 * @throws UserError `canon-empty`
 */
export function makeCanon({ request, drawn, ...source }: CanonSource): Omit<Canon, 'id'> {
  const anchors = canonAnchors(request);
  const names = new Set(anchors.flatMap((anchor) => anchor.concepts));
  return {
    characters: source.characters
      .filter(({ name }) => names.has(name))
      .map(({ name, looks, subject }) => ({ name, looks, subject })),
    model: source.model,
    size: source.size,
    steps: request.steps,
    guidance: request.guidance,
    ...(request.sampler && { sampler: request.sampler }),
    settings: request.settings,
    latentShape: source.latentShape,
    maskGrid: source.maskGrid,
    anchors: anchors.map(({ place, concepts }) => {
      const panel = request.panels[place] as StoryRequest['panels'][number];
      const { id, revision, seed, prompt, negativePrompt } = panel;
      const given = panel.picture !== undefined || panel.given !== undefined;
      const { latents, masks } = drawn.panels[place] as DrawnStory['panels'][number];
      const ownMasks = Object.fromEntries(concepts.map((name) => [name, masks[name] as Uint8Array]));
      return {
        id,
        revision,
        seed,
        prompt,
        negativePrompt,
        concepts,
        latents,
        masks: ownMasks,
        ...(given ? { given } : {}),
      };
    }),
  };
}

/**
 * Refuses a canon that another model, or the same model at another size, has drawn: its anchors would come out as
 * somebody else.
 * @throws UserError `canon-model`, `canon-size`
 */
export function assertCanonFits(canon: Canon, model: Canon['model'], size: Canon['size'], name: string): void {
  if (canon.model.hash !== model.hash) {
    throw new UserError('canon-model', {
      expected: `${name} to be a canon of the model ${model.name} (${model.hash.slice(0, 12)})`,
      got: `one of ${canon.model.name} (${canon.model.hash.slice(0, 12)})`,
      todo: 'Choose that model with --model and its LoRAs with --lora, or cast the character anew with --character and --save-canon.',
      canonModel: canon.model,
      model,
    });
  }
  if (canon.size.width !== size.width || canon.size.height !== size.height) {
    throw new UserError('canon-size', {
      expected: `${name} to be a canon of pictures of ${size.width} x ${size.height} pixels`,
      got: `${canon.size.width} x ${canon.size.height}`,
      todo: 'Draw at that size, or cast the character anew.',
    });
  }
}

/** Whether anchors came out visibly otherwise than they were. Without sharing nobody looks at them. */
export function isDrifted(canon: Canon, request: StoryRequest, drawn: DrawnStory): boolean {
  return request.settings.sharedAttention && anchorDrift(canon, request, drawn) > VISIBLE_DRIFT;
}

/** How far the anchors came out from how they were: 0 if they are the same bit for bit. */
export function anchorDrift(canon: Canon, request: StoryRequest, drawn: DrawnStory): number {
  let drift = 0;
  for (const anchor of canon.anchors) {
    const place = request.panels.findIndex((panel) => panel.canon === canon.id && panel.id === anchor.id);
    const latents = drawn.panels[place]?.latents;
    latents?.forEach((value, i) => {
      drift = Math.max(drift, Math.abs(value - (anchor.latents[i] as number)));
    });
  }
  return drift;
}
