import type { BlobStore } from '../blobs/blob-store.ts';
import { decodeSafetensors } from '../engine/weights/safetensors.ts';
import { inspectStory } from '../inspection/inspect-story.ts';
import type { InspectedPanel, InspectedStory, InspectionContext, Signature } from '../inspection/warning.ts';
import { decodePicture } from '../render/canvas.ts';
import type { Take } from '../store/takes.ts';
import { parseRecipe } from './recipe.ts';
import { type PageSources, type ShownPanel, showStory } from './story-page.ts';
import { MASKS } from './take-blobs.ts';

/** A hint that the method may have failed in a story as it is shown now. */
export interface StoryWarning {
  readonly signature: Signature;
  /** of the panel to be drawn anew first, from 1 */
  readonly place: number;
  /** whom it is about, where it is about somebody */
  readonly character: string | undefined;
}

/** Stories whose warnings are known; each is some words. */
const MOST_KNOWN = 500;
/** What one panel alone shows is in nobody's way. */
const LEAST_PANELS = 2;

/** Of a story without anybody in it. */
const NO_MASKS = { height: 1, width: 1 };

/** Looks for the method's failures in stories as they are shown, once for each state of a story. */
export class StoryInspector {
  readonly #sources: PageSources;
  readonly #inspect: typeof inspectStory;
  readonly #known = new Map<string, readonly StoryWarning[]>();

  constructor(sources: PageSources, inspect: typeof inspectStory = inspectStory) {
    this.#sources = sources;
    this.#inspect = inspect;
  }

  /** @throws UserError `story-not-found` */
  async warnings(storyId: string): Promise<readonly StoryWarning[]> {
    const { story, panels } = await showStory(this.#sources, storyId);
    const drawn = panels.flatMap((panel) => (panel.take ? [{ ...panel, take: panel.take }] : []));
    if (drawn.length < LEAST_PANELS) return [];
    const key = [storyId, ...drawn.map(({ take }) => take.id)].join(' ');
    const known = this.#known.get(key);
    if (known) return known;
    const inspected = await this.#read(drawn);
    if (!inspected) return [];
    const { cast, loras } = parseRecipe(story.settings);
    const context: InspectionContext = {
      prompts: drawn.map(({ take }) => take.prompt),
      pocketDaylight: story.model === 'pocket' && loras.length === 0,
    };
    const warnings = this.#inspect(inspected, context).map(({ signature, concept, panels: [first] }) => ({
      signature,
      place: first ?? drawn[0]?.place ?? 1,
      character: cast.find(({ characterId }) => characterId === concept)?.name,
    }));
    this.#keep(key, warnings);
    return warnings;
  }

  /** Undefined if a take has no latents and masks, or they are no more. Panels go by their places. */
  async #read(panels: readonly (ShownPanel & { readonly take: Take })[]): Promise<InspectedStory | undefined> {
    const read = await Promise.all(panels.map(({ place, take }) => readTake(this.#sources.blobs, place, take)));
    const maskGrid = read.find((each) => each?.maskGrid)?.maskGrid ?? NO_MASKS;
    const whole = read.flatMap((each) => (each ? [each.panel] : []));
    return whole.length === panels.length ? { panels: whole, maskGrid } : undefined;
  }

  #keep(key: string, warnings: readonly StoryWarning[]): void {
    this.#known.set(key, warnings);
    const [oldest] = this.#known.keys();
    if (this.#known.size > MOST_KNOWN && oldest !== undefined) this.#known.delete(oldest);
  }
}

async function readTake(
  blobs: Pick<BlobStore, 'get'>,
  place: number,
  { pictureHash, latentsHash }: Take,
): Promise<{ readonly panel: InspectedPanel; readonly maskGrid: InspectedStory['maskGrid'] | undefined } | undefined> {
  if (latentsHash === null) return undefined;
  const { tensors } = decodeSafetensors((await blobs.get(latentsHash)).bytes);
  const image = await decodePicture((await blobs.get(pictureHash)).bytes);
  const named = [...tensors].flatMap(([name, { data, shape }]) =>
    name.startsWith(MASKS) && data instanceof Uint8Array ? [{ concept: name.slice(MASKS.length), data, shape }] : [],
  );
  const latents = tensors.get('latents')?.data;
  if (!(latents instanceof Float32Array)) return undefined;
  const [height, width] = named[0]?.shape ?? [];
  return {
    panel: { id: place, image, latents, masks: Object.fromEntries(named.map(({ concept, data }) => [concept, data])) },
    maskGrid: height !== undefined && width !== undefined ? { height, width } : undefined,
  };
}
