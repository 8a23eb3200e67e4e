import { z } from 'zod';
import { makeCanon } from '../canon/canon.ts';
import { encodeCanon } from '../canon/canon-file.ts';
import { PLAIN_SETTINGS } from '../engine/consistory/settings.ts';
import type { DrawnPanel, DrawnStory, PanelRequest, StoryRequest } from '../engine/draw-story.ts';
import type { RasterImage } from '../engine/raster-image.ts';
import type { JobHandler } from '../queue/job-handler.ts';
import { decodePicture, encodePng } from '../render/canvas.ts';
import type { CandidateRecord } from '../store/castings.ts';
import type { Job } from '../store/job.ts';
import type { JsonObject } from '../store/json.ts';
import { unknownWords } from '../story/plan-story.ts';
import { drawPanels } from './draw-panels.ts';
import { drawingResult } from './drawing-notes.ts';
import { drawingIdentity } from './loras.ts';
import { type Drawing, parseDrawing, storedDrawing } from './recipe.ts';
import type { Workshop } from './workshop.ts';

export const CAST_CHARACTER = 'cast-character';

/** Pictures of a casting sheet. */
export const CANDIDATES = 4;
/** What a character does on its casting sheet: seen whole, whatever the model. */
const POSE = 'standing';
const SEED_LIMIT = 2n ** 64n;

const payloadSchema = z.object({
  characterId: z.string(),
  /** as reserved when the job was enqueued */
  round: z.int().min(0),
  /** of the first candidate; the others' follow it */
  seed: z.string().transform(BigInt),
  /** as they were when the job was enqueued */
  name: z.string(),
  looks: z.string(),
  subject: z.string(),
  model: z.string(),
  /** a PNG of the drawing's size that somebody brought: the first candidate */
  pictureHash: z.string().nullable().default(null),
  drawing: z.unknown().transform(parseDrawing),
  /** what it is cast to be like, for whoever wants another sheet of the same kind */
  like: z
    .object({
      storyId: z.string().optional(),
      lora: z.object({ key: z.string(), weight: z.number() }).optional(),
    })
    .default({}),
});

export type CastingPayload = z.output<typeof payloadSchema>;

export function storedCasting({ seed, drawing, ...rest }: CastingPayload): JsonObject {
  return { ...rest, seed: seed.toString(), drawing: storedDrawing(drawing) };
}

export function castingOf({ payload }: Pick<Job, 'payload'>): CastingPayload {
  return payloadSchema.parse(payload);
}

/**
 * Draws a casting sheet: the character alone, by different seeds and without anything shared, so that the candidates
 * differ as much as the model's idea of the looks does. Each can become the canon: it is an anchor by itself. A picture
 * that somebody brought is the first of them, as it is.
 */
export function castCharacterHandler(workshop: Workshop): JobHandler {
  const { store, blobs, models } = workshop;
  return {
    async run(job, work) {
      const casting = castingOf(job);
      const { characterId, round, drawing } = casting;
      const before = await store.castings.sheet(characterId, round);
      if (before.length > 0) return { candidates: before.length };
      const model = models.get(casting.model);
      const loras = await workshop.loras.find(drawing.loras, model);
      const identity = drawingIdentity(model, await models.hash(model, work.signal), loras);
      const { pictureHash } = casting;
      const picture = pictureHash === null ? undefined : await decodePicture((await blobs.get(pictureHash)).bytes);
      const request = requestCandidates(casting, picture);
      const places = request.panels.map((_, place) => place);
      const { panels, story } = await drawPanels(workshop, model, drawing, loras, { request, places }, work);
      const sheet: CandidateRecord[] = [];
      for (const [place, panel] of panels.entries()) {
        const row = request.panels[place] as PanelRequest;
        const canon = canonOf(casting, request, row, panel, story, identity);
        sheet.push({
          seed: row.seed.toString(),
          prompt: row.prompt,
          // What the model sees of a picture is a little less than the picture.
          pictureHash: await blobs.put(await encodePng(row.picture ?? panel.image), 'image/png'),
          canonBlobHash: await blobs.put(encodeCanon(canon), 'application/x-troupe-canon'),
          modelHash: identity.hash,
          modelName: identity.name,
        });
      }
      await work.commit(({ castings }) => castings.addSheet(characterId, round, sheet));
      const unknown = unknownWords([casting.looks], model.card.vocabulary);
      return { candidates: sheet.length, ...drawingResult({ unknownWords: unknown, truncatedWords: {}, drifted: [] }) };
    },
  };
}

function requestCandidates(
  { seed, name, looks, subject, drawing }: CastingPayload,
  picture: RasterImage | undefined,
): StoryRequest {
  const { steps, guidance, sampler, promptPrefix, negativePrompt } = drawing;
  const prompt = [promptPrefix, looks, POSE].filter((part) => part !== '').join(' ');
  return {
    panels: Array.from({ length: CANDIDATES }, (_, id) => ({
      id,
      revision: 0,
      seed: (seed + BigInt(id)) % SEED_LIMIT,
      prompt,
      negativePrompt,
      concepts: [name],
      ...(picture && id === 0 ? { picture } : {}),
    })),
    concepts: [{ name, words: subject }],
    settings: PLAIN_SETTINGS,
    steps,
    guidance,
    ...(sampler && { sampler }),
  };
}

/** A canon of one anchor, to be drawn with in stories as `drawing` says. */
function canonOf(
  { name, looks, subject, drawing }: CastingPayload,
  request: StoryRequest,
  row: PanelRequest,
  panel: DrawnPanel,
  { latentShape, maskGrid, timings }: DrawnStory,
  model: { readonly name: string; readonly hash: string },
) {
  return makeCanon({
    request: { ...request, panels: [row], settings: drawing.consistency as Drawing['consistency'] },
    drawn: { panels: [panel], latentShape, maskGrid, timings },
    characters: [{ name, looks, subject }],
    model,
    size: drawing.size,
    latentShape,
    maskGrid,
  });
}
