import { STORY_MEASURES, type StoryMeasureInfo, type StoryMeasureInfos } from '../story-measure-names.ts';
import type { StoryMeasures } from '../story-measures.ts';
import { chanceOf, type ShotChoices } from './text-choices.ts';

const ATTENTION =
  "Grounding DINO's boxes: each character's mask, from the attention of its own words in this picture. They are never without anybody, so a character that was not drawn counts by whatever took its words.";
const FEATURES =
  "CLIP's features of the crop: the U-Net's DIFT features in the mask (t = 261, each channel's mean less the picture's) and the colours in it (OKLab histogram, light not corrected for), which weigh alike. It is the model's own view of its pictures; an installed CLIP sees more.";
const OUTLINE =
  "CLIP features: the mask's outline in 16 x 16 cells, so pose and side count and looks don't; masks of attention are coarse. Further references: plain pictures of the canon's looks in words, waving and sitting.";
const STYLE =
  "CSD-CLIP's style embedding: mean and deviation of each channel of the U-Net's DIFT features of the whole picture (t = 261, the style's own words as prompt). It differs with places and light, too.";
const NO_TEXTS =
  'an installed CLIP (`npm run model -- add openai/clip-vit-large-patch14`), to compare pictures with texts';
const segmentedBy = (clipSeg: string): string =>
  `Grounding DINO's boxes: where ${clipSeg} sees each character's looks, from a probability of 0.3 on; two that it sees in one place are both not found. It takes another animal for the one that is asked for without saying so.`;
const NO_DETECTOR = 'a detector of figures';

/** What reads texts: a CLIP, and the stories that it reads for. */
export interface TextReading {
  readonly clip: string;
  readonly choices: readonly ShotChoices[];
}

/**
 * What the measures are for models of other worlds than the judge's.
 * @param reading undefined: there is no CLIP
 * @param clipSeg that says where figures are; undefined: attention does
 */
export function maskMeasures(reading: TextReading | undefined, clipSeg?: string): StoryMeasureInfos {
  const clip = reading?.clip;
  const named = (name: keyof StoryMeasures, change: Partial<StoryMeasureInfo>) => ({
    [name]: { ...STORY_MEASURES[name], ...change },
  });
  const masks = clipSeg === undefined ? ATTENTION : segmentedBy(clipSeg);
  const identity = `${masks} ${clip === undefined ? FEATURES : `CLIP's features of the crop: those of ${clip}, of the square around the mask, what the mask leaves out in grey.`}`;
  const chosen = (name: keyof ShotChoices, about: string) => {
    if (!reading) return named(name, { notMeasured: NO_TEXTS });
    const chance = chanceOf(reading.choices.map((each) => each[name]));
    if (chance === null) return named(name, { about, notMeasured: 'stories whose shots differ in it' });
    const standIn = `Gemini, 0 to 4: ${reading.clip}, right (1) or wrong (0); by chance ${chance.toFixed(2)} in these stories. It knows words better than who does what.`;
    return named(name, { about, standIn });
  };
  return {
    ...STORY_MEASURES,
    ...named('cidsCross', { standIn: identity }),
    ...named('cidsSelf', { standIn: identity }),
    ...named('found', clipSeg === undefined ? { notMeasured: NO_DETECTOR } : { standIn: segmentedBy(clipSeg) }),
    ...named('csdCross', { standIn: STYLE }),
    ...named('csdSelf', { standIn: STYLE }),
    ...chosen(
      'scene',
      "Prompt alignment, setting: share of shots whose own setting agrees better with the picture than each of the story's other settings.",
    ),
    ...chosen(
      'interaction',
      'Character interaction: share of shots of two or more whose own description agrees better with the picture than those of other shots with the same on stage.',
    ),
    ...chosen('actions', 'Individual actions: the same for shots with one on stage.'),
    ...named('alignment', {
      about: "Mean of scene, CI and IA. The paper's fourth part, the camera, is ignored.",
      ...(clip === undefined && { notMeasured: NO_TEXTS }),
    }),
    ...chosen(
      'who',
      "Who is on stage: share of shots whose own cast agrees better with the picture than each of the story's other casts; no measure of ViStoryBench.",
    ),
    ...named('occm', { notMeasured: NO_DETECTOR }),
    ...named('copyPaste', {
      standIn:
        clip === undefined
          ? OUTLINE
          : `CLIP features: those of ${clip}, as for CIDS. Further references: plain pictures of the canon's looks in words, waving and sitting.`,
    }),
    ...named('canonPose', { notMeasured: 'somebody who names poses' }),
  };
}
