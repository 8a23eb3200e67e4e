import { isDrifted } from '../canon/canon.ts';
import type { JobWork } from '../queue/job-handler.ts';
import type { Job } from '../store/job.ts';
import type { Panel, Story } from '../store/stories.ts';
import type { TakeDraft } from '../store/takes.ts';
import { unknownWords } from '../story/plan-story.ts';
import { type CastCanon, loadCanons } from './canon-shelf.ts';
import { drawPanels } from './draw-panels.ts';
import type { DrawingNotes } from './drawing-notes.ts';
import type { DrawingRequest } from './engine-request.ts';
import { drawingIdentity } from './loras.ts';
import type { Recipe } from './recipe.ts';
import { putTake } from './take-blobs.ts';
import { assertCanonsFit, assertSameModel, type Workshop } from './workshop.ts';

/** A panel to be drawn, and the take that it redraws. */
export interface WantedTake {
  readonly panel: Panel;
  readonly revision: number;
  readonly parentTakeId: string | null;
}

export interface DrawnTakes extends DrawingNotes {
  readonly takes: readonly TakeDraft[];
}

/**
 * Draws takes of a story's panels and puts their pictures into the blob store; storing the takes is the caller's.
 * @throws UserError `model-unknown`, `model-unusable`, `lora-gone`, `canon-outdated`, `story-model-changed`, those of
 *   loadCanons and of the engine
 */
export async function drawTakes(
  workshop: Workshop,
  { story, recipe }: { readonly story: Story; readonly recipe: Recipe },
  wanted: readonly WantedTake[],
  requestOf: (canons: readonly CastCanon[]) => DrawingRequest,
  job: Job,
  work: JobWork,
): Promise<DrawnTakes> {
  const { store, blobs, models } = workshop;
  const model = models.get(story.model);
  const shown = new Set(wanted.flatMap(({ panel }) => panel.characterIds));
  const cast = recipe.cast.filter(({ characterId }) => shown.has(characterId));
  const canons = await loadCanons(store.castings, blobs, cast);
  const loras = await workshop.loras.find(recipe.loras, model);
  const identity = drawingIdentity(model, await models.hash(model, work.signal), loras);
  assertCanonsFit(canons, cast, identity, recipe.size);
  await assertSameModel(store.takes, story.id, identity);
  const asked = requestOf(canons);
  const { panels, story: drawn } = await drawPanels(workshop, model, recipe, loras, asked, work);
  const takes: TakeDraft[] = [];
  const truncatedWords: Record<string, readonly string[]> = {};
  for (const [i, { panel, revision, parentTakeId }] of wanted.entries()) {
    const drawnPanel = panels[i];
    if (!drawnPanel) throw new Error(`The engine left out panel ${panel.number}.`);
    if (drawnPanel.truncatedWords.length > 0) truncatedWords[panel.number] = drawnPanel.truncatedWords;
    takes.push({
      ...(await putTake(blobs, drawnPanel, drawn)),
      panelId: panel.id,
      revision,
      seed: story.seed,
      prompt: panel.prompt,
      modelHash: identity.hash,
      canonIds: canons.filter(({ characterId }) => panel.characterIds.includes(characterId)).map(({ row }) => row.id),
      parentTakeId,
      createdById: job.memberId,
    });
  }
  const prompts = wanted.map(({ panel }) => panel.prompt);
  const drifted = canons
    .filter(({ canon }) => isDrifted(canon, asked.request, drawn))
    .flatMap(({ characterId }) => cast.filter((member) => member.characterId === characterId).map(({ name }) => name));
  return { takes, truncatedWords, unknownWords: unknownWords(prompts, model.card.vocabulary), drifted };
}
