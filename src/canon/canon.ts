import { closure, sharingEdges } from '../engine/consistory/stage.ts';
import type { Grid } from '../engine/consistory/subject-mask.ts';
import type { DrawnStory, StoryRequest } from '../engine/draw-story.ts';
import { UserError } from '../errors/user-error.ts';

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
  /** `anchors` of the settings: which of the panels were looked at */
  readonly anchorCount: number | 'all';
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

/**
 * The canon of a story's characters: the panels that others looked at, and those that these looked at in turn. Anchors
 * of other canons are left out: whom they show has a canon already.
 * @throws UserError `canon-empty` if no panel shows a character
 */
export function makeCanon(source: CanonSource): Omit<Canon, 'id'> {
  const { request, drawn } = source;
  const { anchors: anchorCount } = request.settings;
  const own = request.panels.map((panel, i) => ({ panel, i })).filter(({ panel }) => panel.canon === undefined);
  const panels = own.map(({ panel }) => panel);
  const edges = sharingEdges(panels, anchorCount);
  const sources = edges.length > 0 ? edges.map((edge) => edge.source) : firstWithConcepts(panels);
  if (sources.length === 0) {
    throw new UserError('canon-empty', {
      expected: 'a story with a character of its own',
      got: 'none',
      todo: 'Add --character, or save the canon of another story.',
    });
  }
  return {
    characters: source.characters,
    model: source.model,
    size: source.size,
    steps: request.steps,
    guidance: request.guidance,
    anchorCount,
    latentShape: source.latentShape,
    maskGrid: source.maskGrid,
    anchors: closure(edges, sources).map((place) => {
      const { panel, i } = own[place] as (typeof own)[number];
      const { id, revision, seed, prompt, negativePrompt, concepts } = panel;
      const { latents, masks } = drawn.panels[i] as DrawnStory['panels'][number];
      return { id, revision, seed, prompt, negativePrompt, concepts, latents, masks };
    }),
  };
}

/** A story of one panel has no sharing, but its panel may be an anchor for the next story. */
function firstWithConcepts(panels: StoryRequest['panels']): number[] {
  const first = panels.findIndex((panel) => panel.concepts.length > 0);
  return first < 0 ? [] : [first];
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
      todo: 'Choose that model with --model, or cast the character anew with --character and --save-canon.',
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
