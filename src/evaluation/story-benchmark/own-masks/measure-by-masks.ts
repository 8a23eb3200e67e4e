import { meanOf } from '../../../inspection/pairs.ts';
import { cids, type ShotSighting } from '../cids.ts';
import { copyPasteRate } from '../copy-paste.ts';
import { cosine, type Vector } from '../looking/cosine.ts';
import { styleSimilarity } from '../looking/csd.ts';
import type { PromptAlignment } from '../prompt-alignment.ts';
import { type MeasuredStory, sharedMeasures } from '../story-measures.ts';
import type { MaskSighting, SeenFigure } from './mask-sightings.ts';
import type { ShotChoices, TextChoice } from './text-choices.ts';

/** A story's script as the measures need it, shot by shot. */
export interface ReadScript {
  readonly onStage: readonly (readonly string[])[];
  readonly choices: readonly ShotChoices[];
  /** those who should stand as their canons do, and so can't be copies of these by mistake */
  readonly standing: readonly (readonly string[])[];
}

export interface MetCast {
  /** of each character the picture of its canon */
  readonly references: ReadonlyMap<string, MaskSighting>;
  /** of each character other pictures, for copy-paste */
  readonly further: ReadonlyMap<string, readonly MaskSighting[]>;
}

/** Which of the vectors of a figure a measure looks at. */
type FigurePart = keyof SeenFigure;

/**
 * All measures of a story that need nobody who names what is to be seen. Who is who is known: each mask is the
 * attention of a character's own words.
 * @param embedText where texts can be compared with pictures; undefined: prompt alignment is left out
 */
export async function measureByMasks(
  { onStage, choices, standing }: ReadScript,
  sightings: readonly MaskSighting[],
  { references, further }: MetCast,
  embedText: ((text: string) => Promise<Vector>) | undefined,
): Promise<MeasuredStory> {
  const figureOf = (sighting: MaskSighting | undefined, name: string, part: FigurePart): Vector[] => {
    const figure = sighting && Object.hasOwn(sighting.figures, name) ? sighting.figures[name] : undefined;
    return figure ? [figure[part]] : [];
  };
  const known = [...references.keys()];
  const identities = new Map(
    known.flatMap((name) => figureOf(references.get(name), name, 'identity').map((own) => [name, own] as const)),
  );
  const seen = sightings.map((sighting, shot) =>
    (onStage[shot] ?? []).flatMap((name) => figureOf(sighting, name, 'identity').map((vector) => ({ name, vector }))),
  );
  const shots = seen.map(
    (figures, shot): ShotSighting => ({
      onStage: onStage[shot] ?? [],
      detected: figures.map(({ vector }) => vector),
    }),
  );
  const casts = seen.map((figures) => new Map(figures.map(({ name }, index) => [name, index])));
  const similarity = cids(shots, casts, identities);
  const aligned: PromptAlignment[] = [];
  for (const [shot, sighting] of sightings.entries())
    aligned.push(await alignmentOf(choices[shot], sighting, embedText));
  const style = styleSimilarity(
    sightings.map((each) => each.style),
    [...references.values()].map((each) => each.style),
  );
  // CLIP's features of a figure as in the paper, and without it the outline, as for the pocket
  const part: FigurePart = embedText ? 'identity' : 'outline';
  const copied = known.map((name) => {
    const [canon] = figureOf(references.get(name), name, part);
    const others = (further.get(name) ?? []).flatMap((sighting) => figureOf(sighting, name, part));
    const generated = sightings.flatMap((sighting, shot) =>
      onStage[shot]?.includes(name) && !standing[shot]?.includes(name) ? figureOf(sighting, name, part) : [],
    );
    return (canon && copyPasteRate(generated, canon, others)) ?? undefined;
  });
  const expected = onStage.reduce((sum, names) => sum + names.length, 0);
  return {
    measures: {
      ...sharedMeasures(similarity, expected, style, aligned),
      occm: null,
      copyPaste: meanOf(copied),
      canonPose: null,
    },
    characters: similarity.characters,
    shots: aligned.map((parts, shot) => ({
      ...parts,
      occm: null,
      detected: null,
      expected: onStage[shot]?.length ?? 0,
      seen: [],
    })),
  };
}

async function alignmentOf(
  choices: ShotChoices | undefined,
  { picture }: MaskSighting,
  embedText: ((text: string) => Promise<Vector>) | undefined,
): Promise<PromptAlignment> {
  const wins = async (choice: TextChoice | null | undefined): Promise<number | null> => {
    if (!choice || !picture || !embedText) return null;
    const own = cosine(picture, await embedText(choice.own));
    for (const other of choice.others) if (cosine(picture, await embedText(other)) >= own) return 0;
    return 1;
  };
  return {
    scene: await wins(choices?.scene),
    interaction: await wins(choices?.interaction),
    actions: await wins(choices?.actions),
    who: await wins(choices?.who),
  };
}
