import { closure, sharingEdges } from '../engine/consistory/stage.ts';
import type { PanelRequest, StoryRequest } from '../engine/draw-story.ts';
import type { Panel, Story } from '../store/stories.ts';
import { anchorRows } from '../story/plan-story.ts';
import type { CastCanon } from './canon-shelf.ts';
import type { Recipe } from './recipe.ts';

/** The revision of a panel's first take. */
export const FIRST_REVISION = 0;

export interface DrawingRequest {
  readonly request: StoryRequest;
  /** Where the wanted panels are in the request and the answer; the others are what they look at. */
  readonly places: readonly number[];
}

interface StoryParts {
  readonly story: Pick<Story, 'id' | 'seed' | 'panels'>;
  readonly recipe: Recipe;
  readonly canons: readonly CastCanon[];
}

/** All first panels of a story in one batch, with the canons' anchors before them. */
export function requestStory({ story, recipe, canons }: StoryParts): DrawingRequest {
  const panels = firstPanels(story, recipe);
  const rows = panels.map((panel) => panelRow(panel, FIRST_REVISION, story, recipe));
  return batch(rows, canonsOf(rows, canons), recipe);
}

/**
 * One panel by itself. The characters come from their canons. Those that have none come from the story's own first
 * panels, which are drawn again beside it as they were drawn first: they look at each other but never at the new
 * panel, so the characters stay who they are, also if the panel is one of those that are drawn anew.
 */
export function requestPanel({ story, recipe, canons }: StoryParts, panel: Panel, revision: number): DrawingRequest {
  const row = panelRow(panel, revision, story, recipe);
  const uncast = uncastOf(row, recipe);
  const anchors = [...canonsOf([row], canons), ...storyAnchors(story, recipe, uncast, panel)];
  return batch([row], anchors, recipe);
}

function firstPanels({ panels }: StoryParts['story'], { firstPanels }: Recipe): Panel[] {
  return panels.filter(({ number }) => number < firstPanels);
}

function panelRow(
  { number, prompt, characterIds }: Panel,
  revision: number,
  { seed }: StoryParts['story'],
  { negativePrompt, cast }: Recipe,
): PanelRequest {
  // A character whose maker has erased it is in the words only.
  const concepts = characterIds.filter((id) => cast.some(({ characterId }) => characterId === id));
  return { id: number, revision, seed: BigInt(seed), prompt, negativePrompt, concepts };
}

function canonsOf(rows: readonly PanelRequest[], canons: readonly CastCanon[]): PanelRequest[] {
  const shown = new Set(rows.flatMap(({ concepts }) => concepts));
  return canons.filter(({ characterId }) => shown.has(characterId)).flatMap(({ canon }) => anchorRows(canon));
}

/**
 * The story's own anchors of characters without a canon, and what these look at in turn. A character that came with a
 * later panel has that panel as its only anchor.
 */
function storyAnchors(
  story: StoryParts['story'],
  recipe: Recipe,
  uncast: readonly string[],
  except: Panel,
): PanelRequest[] {
  const { anchors } = recipe.consistency;
  const first = firstPanels(story, recipe);
  const shown = new Set(first.flatMap(({ characterIds }) => characterIds));
  const introducing = uncast
    .filter((id) => !shown.has(id))
    .flatMap((id) => story.panels.find(({ characterIds }) => characterIds.includes(id)) ?? [])
    // Nothing else shows the character yet.
    .filter(({ id }) => id !== except.id);
  const rows = [...new Set([...first, ...introducing])].map((panel) => {
    const row = panelRow(panel, FIRST_REVISION, story, recipe);
    return { ...row, concepts: uncastOf(row, recipe) };
  });
  const seeds = uncast.flatMap((id) => {
    const showing = rows.flatMap((row, place) => (row.concepts.includes(id) ? [place] : []));
    return anchors === 'all' ? showing : showing.slice(0, anchors);
  });
  const canon = `story ${story.id}`;
  return closure(sharingEdges(rows, anchors), seeds).map((place) => ({ ...(rows[place] as PanelRequest), canon }));
}

/** Those in a panel who have no canon in this story. */
function uncastOf({ concepts }: PanelRequest, { cast }: Recipe): string[] {
  return concepts.filter((id) => cast.some(({ characterId, canonId }) => characterId === id && canonId === null));
}

function batch(panels: readonly PanelRequest[], anchors: readonly PanelRequest[], recipe: Recipe): DrawingRequest {
  const rows = [...anchors, ...panels];
  const shown = new Set(rows.flatMap(({ concepts }) => concepts));
  const { steps, guidance, sampler, consistency: settings, cast } = recipe;
  return {
    request: {
      panels: rows,
      concepts: cast
        .filter(({ characterId }) => shown.has(characterId))
        .map(({ characterId, subject, looks }) => ({ name: characterId, words: subject, looks })),
      settings,
      steps,
      guidance,
      ...(sampler && { sampler }),
    },
    places: panels.map((_, i) => anchors.length + i),
  };
}
