import type { BlobStore } from '../blobs/blob-store.ts';
import { UserError } from '../errors/user-error.ts';
import { altText } from '../render/alt-text.ts';
import { decodePicture } from '../render/canvas.ts';
import { type RenderedPage, renderGrid } from '../render/grid.ts';
import type { Store } from '../store/store.ts';
import type { Story } from '../store/stories.ts';
import type { Take } from '../store/takes.ts';
import { parseRecipe } from './recipe.ts';
import type { CastingSheet, Layout, StoryPage } from './studio.ts';

export interface PageSources {
  readonly store: Store;
  readonly blobs: BlobStore;
}

export interface ShownPanel {
  readonly panelId: string;
  /** from 1, as people count; panels that aren't drawn yet have theirs too */
  readonly place: number;
  readonly caption: string;
  readonly prompt: string;
  readonly take: Take | undefined;
  readonly takes: number;
}

export interface ShownStory {
  readonly story: Story;
  readonly panels: readonly ShownPanel[];
}

/** A story with the takes that it shows. @throws UserError `story-not-found` */
export async function showStory({ store }: PageSources, storyId: string): Promise<ShownStory> {
  const story = await store.stories.get(storyId);
  const panels: ShownPanel[] = [];
  for (const [i, { id: panelId, caption, prompt, currentTakeId }] of story.panels.entries()) {
    const takes = await store.takes.ofPanel(panelId);
    const take = takes.find(({ id }) => id === currentTakeId);
    panels.push({ panelId, place: i + 1, caption, prompt, take, takes: takes.length });
  }
  return { story, panels };
}

/**
 * The story's page. Panels that have no picture yet are left out of it; the others keep their numbers.
 * @throws UserError `story-not-found`, `story-not-drawn`, `blob-missing`, `blob-corrupt`
 */
export async function renderStoryPage(sources: PageSources, storyId: string): Promise<StoryPage> {
  const shown = await showStory(sources, storyId);
  const page = await renderShown(sources, shown);
  const panels = shown.panels.map(({ panelId, caption, take, takes }) => ({ panelId, caption, take, takes }));
  return { story: shown.story, png: page.png, altText: page.altText, panels };
}

/** @throws UserError `story-not-drawn` */
export async function renderShown({ blobs }: PageSources, { story, panels }: ShownStory): Promise<RenderedPage> {
  const drawn = panels.flatMap((panel) => (panel.take ? [{ ...panel, take: panel.take }] : []));
  if (drawn.length === 0) throw undrawn();
  const gridPanels = [];
  for (const { caption, place, take } of drawn) {
    const { bytes } = await blobs.get(take.pictureHash);
    gridPanels.push({ image: await decodePicture(bytes), caption, number: place });
  }
  const { steps, guidance, sampler, loras, cast } = parseRecipe(story.settings);
  return renderGrid({
    title: story.title === '' ? undefined : story.title,
    panels: gridPanels,
    columns: columnsOf(story.layout as Layout, drawn.length),
    metadata: {
      ...(story.title === '' ? {} : { title: story.title }),
      seed: story.seed,
      model: `${story.model} ${drawn[0]?.take.modelHash}`,
      panels: drawn.map(({ take, caption }) => ({ prompt: take.prompt, caption, revision: take.revision })),
      settings: {
        steps,
        guidance,
        ...(sampler && { sampler }),
        ...(loras.length > 0 && {
          loras: loras.map(({ name, hash, weight }) => `${name} ${hash}: ${weight}`).join('; '),
        }),
        characters: cast.map(({ name, looks }) => `${name}: ${looks}`).join('; '),
      },
    },
  });
}

/** undefined: as looks best. */
function columnsOf(layout: Layout, panels: number): number | undefined {
  if (layout === 'row') return panels;
  if (layout === 'column') return 1;
  if (layout === 'square') return Math.ceil(Math.sqrt(panels));
  return undefined;
}

function undrawn(): UserError {
  return new UserError('story-not-drawn', {
    expected: 'a story that is drawn',
    got: 'one without pictures yet',
    todo: 'Wait until it is drawn, or draw it again with /story replay.',
  });
}

/** The last casting sheet. @throws UserError `character-not-found`, `casting-not-drawn` */
export async function renderCastingSheet({ store, blobs }: PageSources, characterId: string): Promise<CastingSheet> {
  const character = await store.characters.get(characterId);
  const sheet = await store.castings.sheet(characterId);
  if (sheet.length === 0) {
    throw new UserError('casting-not-drawn', {
      expected: `${character.name} to be cast`,
      got: 'no casting sheet yet',
      todo: 'Wait until it is drawn, or have one drawn with /character recast.',
      name: character.name,
    });
  }
  // Canons of other models don't take its place.
  const canon = await store.castings.canonFor(characterId, sheet[0]?.modelHash ?? '');
  const panels = [];
  for (const { pictureHash, position } of sheet) {
    const { bytes } = await blobs.get(pictureHash);
    panels.push({ image: await decodePicture(bytes), caption: '', number: position + 1 });
  }
  const page = await renderGrid({
    title: character.name,
    panels,
    metadata: {
      title: character.name,
      seed: sheet[0]?.seed ?? '0',
      model: sheet[0]?.modelHash ?? '',
      panels: sheet.map(({ prompt }) => ({ prompt })),
      settings: {},
    },
  });
  return {
    character,
    png: page.png,
    altText: altText(
      sheet.map(() => character.looks),
      character.name,
    ),
    candidates: sheet.map(({ id, position, canonId }) => ({
      id,
      place: position + 1,
      isCanon: canonId !== null && canonId === canon?.id,
    })),
  };
}
