import { UserError } from '../errors/user-error.ts';
import type { GuildSettings } from '../store/guild-settings.ts';
import type { JsonObject } from '../store/json.ts';
import type { PanelDraft, Story, StoryDraft } from '../store/stories.ts';
import { readSeed } from '../story/seed.ts';
import { MAX_PANELS } from '../story/story-script.ts';
import { anchorsIn, loadCanons } from './canon-shelf.ts';
import { castWith } from './cast-with.ts';
import { resolveName } from './character-names.ts';
import { type Desk, drawingFor, limitsIn, submit } from './desk.ts';
import { DRAW_STORY } from './draw-story.ts';
import { assertDrawable } from './drawable.ts';
import { drawingIdentity, loraKey } from './loras.ts';
import { assertInScope } from './permissions.ts';
import { readScript, splitPanels } from './read-script.ts';
import { parseRecipe, type Recipe, storedDrawing } from './recipe.ts';
import type { Asker, Studio } from './studio.ts';
import { assertCanonsFit } from './workshop.ts';

type StoryFunctions = Pick<Studio, 'createStory' | 'varyStory' | 'replayStory'>;

/** Whole stories: new ones, and old ones drawn again. */
export function storiesDesk(desk: Desk): StoryFunctions {
  const { store, blobs, models, limits } = desk;

  const submitStory = async (
    asker: Asker,
    settings: GuildSettings,
    draft: Omit<StoryDraft, 'scope' | 'channelId' | 'authorId'>,
    panels: readonly PanelDraft[],
  ) => {
    const { scope, channelId, memberId: authorId } = asker;
    const { value: story, ...ticket } = await submit(desk, asker, settings, async ({ stories }) => {
      const story = await stories.create({ ...draft, scope, channelId, authorId }, panels);
      return { value: story, errand: { kind: DRAW_STORY, payload: {}, storyId: story.id } };
    });
    return { ...ticket, story };
  };

  /** Once more, by what the story was drawn by. */
  const again = async (asker: Asker, story: Story, seed: string, firstPanels: number) => {
    const settings = await store.settings.get(asker.scope);
    const recipe = parseRecipe(story.settings);
    // Refused now, not when its turn comes.
    const model = models.get(story.model);
    const loras = await desk.loras.find(recipe.loras, model);
    const identity = drawingIdentity(model, await models.hash(model), loras);
    const canons = await loadCanons(store.castings, blobs, recipe.cast);
    assertCanonsFit(canons, recipe.cast, identity, recipe.size);
    const { title, script, layout, style } = story;
    const draft = { title, script, layout, style, seed, model: model.name };
    const panels = story.panels.filter(({ number }) => number < firstPanels);
    assertDrawable(model, recipe, panels.length + anchorsIn(canons), loras, desk.memory);
    const stored = storedDrawing<Recipe>({ ...recipe, firstPanels: panels.length });
    return submitStory(asker, settings, { ...draft, settings: stored }, panels.map(draftOf));
  };

  return {
    async createStory(asker, { title, panels: typed, characters: always, seed, layout, style, lora }) {
      const settings = await store.settings.get(asker.scope);
      const panels = splitPanels(typed);
      refuseMany(panels.length, limitsIn(settings, limits).panelsPerStory);
      const model = models.get(settings.model);
      const loras = await desk.loras.choose(lora ? [lora] : [], model);
      const known = await store.characters.list(asker.scope, { retired: true });
      const alwaysIn = always.map((name) => resolveName(name, known));
      const promptPrefix = drawingFor(model, settings, style).promptPrefix;
      const read = readScript({ title, panels, always: alwaysIn, known, promptPrefix });
      const byId = new Map(known.map((character) => [character.id, character]));
      const players = read.characters.flatMap(({ id }) => byId.get(id) ?? []);
      const identity = drawingIdentity(model, await models.hash(model), loras);
      const recast = loras.map(({ name, weight }) => ({ lora: { key: loraKey(name), weight } }))[0] ?? {};
      const cast = await castWith(store.castings, players, identity, recast);
      const canons = await loadCanons(store.castings, blobs, cast);
      const drawing = drawingFor(model, settings, style, canons, loras);
      assertCanonsFit(canons, cast, identity, drawing.size);
      assertDrawable(model, drawing, read.panels.length + anchorsIn(canons), loras, desk.memory);
      const recipe = { ...drawing, cast, always: alwaysIn.map(({ id }) => id), firstPanels: read.panels.length };
      const draft = {
        title: title?.trim() ?? '',
        script: typed,
        seed: readSeed(seed, desk.chooseSeed).toString(),
        layout: layout ?? settings.layout ?? 'auto',
        style: style ?? null,
        model: model.name,
        settings: storedDrawing<Recipe>(recipe) satisfies JsonObject,
      };
      return submitStory(asker, settings, draft, read.panels);
    },

    async varyStory(asker, storyId) {
      const story = await store.stories.get(storyId);
      assertInScope(asker, 'story', story);
      // Panels that were added later are drawn together with the first ones now.
      return again(asker, story, otherSeed(story.seed, desk.chooseSeed), Number.POSITIVE_INFINITY);
    },

    async replayStory(asker, storyId) {
      const story = await store.stories.get(storyId);
      assertInScope(asker, 'story', story);
      return again(asker, story, story.seed, parseRecipe(story.settings).firstPanels);
    },
  };
}

function draftOf({ text, caption, prompt, characterIds }: PanelDraft): PanelDraft {
  return { text, caption, prompt, characterIds };
}

function otherSeed(seed: string, choose: () => bigint): string {
  const chosen = choose().toString();
  return chosen === seed ? otherSeed(seed, choose) : chosen;
}

/** @throws UserError `panels-too-many` with the limit that holds here */
export function refuseMany(count: number, limit: number): void {
  const most = Math.min(limit, MAX_PANELS);
  if (count <= most) return;
  throw new UserError('panels-too-many', {
    expected: `at most ${most} panels in a story`,
    got: `${count}`,
    todo: 'Split it into several stories; the characters stay the same.',
    most,
    count,
  });
}
