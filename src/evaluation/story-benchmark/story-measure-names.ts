import type { Aim } from '../measures/measure-names.ts';
import type { StoryMeasures } from './story-measures.ts';

export interface StoryMeasureInfo {
  /** as ViStoryBench calls it */
  readonly title: string;
  readonly aim: Aim;
  readonly digits: number;
  /** what it is */
  readonly about: string;
  /** what stands in for which model of ViStoryBench, and what it cannot see */
  readonly standIn: string;
  /** what it needs and isn't there; undefined: it is measured */
  readonly notMeasured?: string;
}

export type StoryMeasureInfos = Readonly<Record<keyof StoryMeasures, StoryMeasureInfo>>;

const IDENTITY =
  "Grounding DINO's boxes: the pocket's judge (src/evaluation/judge/). CLIP's features of the crop: the judge's species, coat, accessory and accessory's colour, each with its confidence, and the colours in its mask (OKLab histogram, time of day taken off); these five weigh alike. Blind to eyes, bellies and to shape beyond the species.";
const STYLE =
  "CSD-CLIP's style embedding: mean and deviation of each channel of the U-Net's DIFT features of the whole picture (t = 261, the style's own words as prompt). All pocket pictures are in one style, so it is near its ceiling and differs with places and light more than with style.";
const READ = 'Gemini, 0 to 4: the judge reads';

/** In the order of the tables. */
export const STORY_MEASURES: StoryMeasureInfos = {
  cidsCross: {
    title: 'CIDS cross',
    aim: 'more',
    digits: 3,
    about:
      'Character identification similarity to the reference, the picture of the canon: mean cosine of those matched in the shots (bipartite matching), by character; a character that is never found counts 0 (appendix I).',
    standIn: IDENTITY,
  },
  cidsSelf: {
    title: 'CIDS self',
    aim: 'more',
    digits: 3,
    about: 'The same between every two shots that show the character.',
    standIn: IDENTITY,
  },
  found: {
    title: 'found',
    aim: 'not-less',
    digits: 3,
    about: "Share of those on stage who were matched with a creature: the paper's means leave the others out.",
    standIn: 'As for CIDS; any creature can be matched, also one of another species.',
  },
  csdCross: {
    title: 'CSD cross',
    aim: 'told',
    digits: 3,
    about: 'Style similarity of every shot with every reference (appendix J).',
    standIn: STYLE,
  },
  csdSelf: {
    title: 'CSD self',
    aim: 'told',
    digits: 3,
    about: 'Style similarity of every two shots of a story.',
    standIn: STYLE,
  },
  scene: {
    title: 'PA scene',
    aim: 'not-less',
    digits: 3,
    about: 'Prompt alignment, setting: place and, where one is asked for, time of day; 0 to 1.',
    standIn: `${READ} place and time, right or wrong. Blind to layout and mood.`,
  },
  interaction: {
    title: 'PA CI',
    aim: 'not-less',
    digits: 3,
    about:
      'Character interaction: share of shots with two or more on stage in which all are there and do what they should.',
    standIn: `${READ} each one's action. The pocket's words know no interaction beyond doing something side by side.`,
  },
  actions: {
    title: 'PA IA',
    aim: 'not-less',
    digits: 3,
    about: 'Individual actions: share of those on stage who do what they should.',
    standIn: `${READ} the action of whom it was matched with; who was not found does nothing.`,
  },
  alignment: {
    title: 'PA average',
    aim: 'not-less',
    digits: 3,
    about: "Mean of scene, CI and IA. The paper's fourth part, the camera, is ignored: the pocket has no words for it.",
    standIn: 'As above.',
  },
  who: {
    title: 'who',
    aim: 'not-less',
    digits: 3,
    about: 'Who is on stage: Jaccard index of the species asked for and seen; no measure of ViStoryBench.',
    standIn: "The judge's species.",
  },
  occm: {
    title: 'OCCM',
    aim: 'not-less',
    digits: 1,
    about: 'On-stage character count matching: 100 exp(-|D - E| / (1e-6 + E)), mean over shots (equation 1).',
    standIn: "Grounding DINO's count: the judge's creatures.",
  },
  copyPaste: {
    title: 'Copy-Paste',
    aim: 'not-more',
    digits: 3,
    about:
      "Copy rate (equation S1, temperature 0.01) of each character's pictures, where it should do something else than stand, for the canon's against two further pictures of the character: 1 if it is like the canon and no other, 1/3 by chance.",
    standIn:
      "CLIP features: the outline in 16 x 16 cells, so pose and side count and looks don't. Further references: plain pictures of the canon's looks in words, waving and sitting.",
  },
  canonPose: {
    title: "canon's pose",
    aim: 'not-more',
    digits: 3,
    about: 'Share of those asked to do something else who do what the canon does, stand; no measure of ViStoryBench.',
    standIn: "The judge's action.",
  },
};

export const STORY_MEASURE_NAMES = Object.keys(STORY_MEASURES) as (keyof StoryMeasures)[];
