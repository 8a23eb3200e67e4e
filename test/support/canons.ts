import type { Canon } from '../../src/canon/canon.ts';
import { decodeCanon, encodeCanon } from '../../src/canon/canon-file.ts';
import { PAPER_SETTINGS } from '../../src/engine/consistory/settings.ts';
import type { DrawnStory, PanelRequest, StoryRequest } from '../../src/engine/draw-story.ts';
import { decodeSafetensors, encodeSafetensors } from '../../src/engine/weights/safetensors.ts';
import type { StoredTensor } from '../../src/engine/weights/tensor-data.ts';

export const MODEL = { name: 'pocket', hash: 'ab'.repeat(32) };
export const SIZE = { width: 32, height: 16 };
export const LATENT_SHAPE = [2, 4, 8] as const;
export const MASK_GRID = { height: 2, width: 4 };

export function panel(id: number, concepts: readonly string[], canon?: string): PanelRequest {
  const common = { id, revision: 0, seed: 7n, prompt: `panel ${id}`, negativePrompt: '', concepts };
  return canon === undefined ? common : { ...common, canon };
}

export function requestOf(panels: readonly PanelRequest[], anchors: number | 'all' = 2): StoryRequest {
  const names = [...new Set(panels.flatMap(({ concepts }) => concepts))];
  return {
    panels,
    concepts: names.map((name) => ({ name, words: name.toLowerCase() })),
    settings: { ...PAPER_SETTINGS, anchors },
    steps: 3,
    guidance: 4.5,
  };
}

/** A story as the engine would give it back: every panel has numbers of its own. */
export function drawnFor(request: StoryRequest): DrawnStory {
  const size = LATENT_SHAPE.reduce((a, b) => a * b, 1);
  const tokens = MASK_GRID.height * MASK_GRID.width;
  return {
    panels: request.panels.map(({ id, concepts }, place) => ({
      id,
      image: { ...SIZE, rgb: new Uint8Array(SIZE.width * SIZE.height * 3).fill(40 * place) },
      latents: Float32Array.from({ length: size }, (_, i) => Math.sin(place * size + i) * 3),
      masks: Object.fromEntries(
        concepts.map((name, c) => [name, Uint8Array.from({ length: tokens }, (_, i) => (i + place + c) % 2)]),
      ),
      truncatedWords: [],
    })),
    latentShape: LATENT_SHAPE,
    maskGrid: MASK_GRID,
    timings: { sample: 1 },
  };
}

export const character = (name: string) => ({
  name,
  looks: `a ${name.toLowerCase()} in a hat`,
  subject: name.toLowerCase(),
});

/** A canon of so many anchors, all of which show all of these. */
export function canonOf(names: readonly string[] = ['Rusty'], anchors = 2): Omit<Canon, 'id'> {
  const drawn = drawnFor(requestOf(Array.from({ length: anchors }, (_, i) => panel(i + 1, names))));
  return {
    characters: names.map(character),
    model: MODEL,
    size: SIZE,
    steps: 3,
    guidance: 4.5,
    settings: PAPER_SETTINGS,
    latentShape: LATENT_SHAPE,
    maskGrid: MASK_GRID,
    anchors: drawn.panels.map(({ id, latents, masks }) => {
      const { revision, seed, prompt, negativePrompt, concepts } = panel(id, names);
      return { id, revision, seed, prompt, negativePrompt, concepts, latents, masks };
    }),
  };
}

export const stored = (canon: Omit<Canon, 'id'>): Canon => decodeCanon(encodeCanon(canon), 'test');

/** A canon file with its JSON or its tensors changed; the container around them is sound. */
export function editCanon(
  bytes: Uint8Array,
  change: (json: Record<string, unknown>, tensors: Record<string, StoredTensor>) => unknown,
): Uint8Array {
  const { tensors, metadata } = decodeSafetensors(bytes);
  const json = JSON.parse(metadata['troupe.canon'] as string) as Record<string, unknown>;
  const all = Object.fromEntries(tensors);
  const replaced = change(json, all);
  return encodeSafetensors(all, { 'troupe.canon': typeof replaced === 'string' ? replaced : JSON.stringify(json) });
}
