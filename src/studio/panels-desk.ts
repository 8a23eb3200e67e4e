import { UserError } from '../errors/user-error.ts';
import type { Character } from '../store/characters.ts';
import { notFound } from '../store/not-found.ts';
import type { Panel, Stories, Story } from '../store/stories.ts';
import { ADD_PANEL } from './add-panel.ts';
import { anchorsIn, loadCanons } from './canon-shelf.ts';
import { castWith } from './cast-with.ts';
import { type Desk, limitsIn, SMALL_ERRAND, submit } from './desk.ts';
import type { PanelPayload } from './draw-panel.ts';
import { assertDrawable } from './drawable.ts';
import { drawingIdentity } from './loras.ts';
import { assertMayDraw } from './permissions.ts';
import { readAddedPanel } from './read-script.ts';
import { type CastMember, parseRecipe, type Recipe, storedDrawing } from './recipe.ts';
import { REDRAW_PANEL } from './redraw-panel.ts';
import { refuseMany } from './stories-desk.ts';
import type { Asker, Studio } from './studio.ts';
import { assertCanonsFit, assertSameModel } from './workshop.ts';

type PanelFunctions = Pick<Studio, 'addPanel' | 'redrawPanel' | 'showTake'>;

/** Single panels of stories that are there. */
export function panelsDesk(desk: Desk): PanelFunctions {
  const { store, blobs, models, limits } = desk;

  const allowed = async (asker: Asker, storyId: string) => {
    const story = await store.stories.get(storyId);
    const settings = await store.settings.get(asker.scope);
    assertMayDraw(asker, story, settings);
    return { story, settings, recipe: parseRecipe(story.settings) };
  };

  /** What a story is drawn with, refused now if it has changed since, not when its turn comes. */
  const drawnWith = async ({ id, model: name, status }: Story, recipe: Recipe) => {
    refuseUndrawn(status);
    const model = models.get(name);
    const loras = await desk.loras.find(recipe.loras, model);
    const identity = drawingIdentity(model, await models.hash(model), loras);
    await assertSameModel(store.takes, id, identity);
    return { model, loras, identity };
  };

  /** The anchors of those without a canon come to these; the engine counts them too. */
  const assertPanelDrawable = async (
    { model, loras, identity }: Awaited<ReturnType<typeof drawnWith>>,
    recipe: Recipe,
    cast: readonly CastMember[],
  ) => {
    const canons = await loadCanons(store.castings, blobs, cast);
    assertCanonsFit(canons, cast, identity, recipe.size);
    assertDrawable(model, recipe, 1 + anchorsIn(canons), loras, desk.memory);
  };

  return {
    async addPanel(asker, storyId, text) {
      const { story, settings, recipe } = await allowed(asker, storyId);
      refuseMany(story.panels.length + 1, limitsIn(settings, limits).panelsPerStory);
      const members = recipe.cast.map(({ characterId, name, looks, subject }) => ({
        id: characterId,
        name,
        looks,
        subjectWords: subject.split(' '),
        status: 'active' as const,
      }));
      const known = await store.characters.list(asker.scope, { retired: true });
      const { panel, characters } = readAddedPanel(text, members, {
        always: members.filter(({ id }) => recipe.always.includes(id)),
        known,
        promptPrefix: recipe.promptPrefix,
        place: story.panels.length + 1,
      });
      const drawn = await drawnWith(story, recipe);
      const isNew = ({ id }: Character) =>
        characters.some((each) => each.id === id) && !members.some((each) => each.id === id);
      const newcomers = await castWith(store.castings, known.filter(isNew), drawn.identity, { storyId });
      await assertPanelDrawable(drawn, recipe, castOf(panel, [...recipe.cast, ...newcomers]));
      const { value: _, ...ticket } = await submit(desk, asker, settings, async ({ stories, takes }) => {
        const { id: panelId } = await stories.addPanel(storyId, panel);
        if (newcomers.length > 0) await join(stories, storyId, newcomers);
        const payload: PanelPayload = { panelId, revision: await takes.reserveRevision(panelId), parentTakeId: null };
        return { value: undefined, errand: { kind: ADD_PANEL, payload, storyId, priority: SMALL_ERRAND } };
      });
      return ticket;
    },

    async redrawPanel(asker, storyId, place) {
      const { story, settings, recipe } = await allowed(asker, storyId);
      const panel = panelAt(story, place);
      await assertPanelDrawable(await drawnWith(story, recipe), recipe, castOf(panel, recipe.cast));
      const { value: _, ...ticket } = await submit(desk, asker, settings, async ({ takes }) => {
        const revision = await takes.reserveRevision(panel.id);
        const payload: PanelPayload = { panelId: panel.id, revision, parentTakeId: panel.currentTakeId };
        return { value: undefined, errand: { kind: REDRAW_PANEL, payload, storyId, priority: SMALL_ERRAND } };
      });
      return ticket;
    },

    async showTake(asker, storyId, takeId) {
      const { story } = await allowed(asker, storyId);
      const { panelId } = await store.takes.get(takeId);
      if (!story.panels.some(({ id }) => id === panelId)) throw notFound('take', takeId);
      return store.takes.show(panelId, takeId);
    },
  };
}

/** Under the lock of the story that adding the panel took: two panels at once may bring different newcomers. */
async function join(stories: Stories, storyId: string, newcomers: readonly CastMember[]): Promise<void> {
  const recipe = parseRecipe((await stories.get(storyId)).settings);
  const others = newcomers.filter((each) => !recipe.cast.some(({ characterId }) => characterId === each.characterId));
  const settings = storedDrawing<Recipe>({ ...recipe, cast: [...recipe.cast, ...others] });
  await stories.update(storyId, { settings });
}

function castOf({ characterIds }: Pick<Panel, 'characterIds'>, cast: readonly CastMember[]): CastMember[] {
  return cast.filter(({ characterId }) => characterIds.includes(characterId));
}

/** @throws UserError `panel-unknown` */
function panelAt({ panels }: Story, place: number): Panel {
  const panel = panels[place - 1];
  if (panel) return panel;
  throw new UserError('panel-unknown', {
    expected: panels.length === 1 ? 'panel 1, the only one' : `a panel from 1 to ${panels.length}`,
    got: `${place}`,
    todo: 'Choose another panel.',
    place,
    count: panels.length,
  });
}

function refuseUndrawn(status: Story['status']): void {
  if (status !== 'queued' && status !== 'drawing') return;
  throw new UserError('story-not-drawn', {
    expected: 'a story that is drawn',
    got: 'one that is still waiting or at work',
    todo: 'Wait until its page is there.',
  });
}
