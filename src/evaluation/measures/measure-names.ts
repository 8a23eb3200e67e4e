/** What is wanted of a measure against plain; `told`: nothing. */
export type Aim = 'more' | 'less' | 'not-less' | 'not-more' | 'told';

export interface MeasureInfo {
  readonly title: string;
  readonly aim: Aim;
  /** of `not-less` and `not-more`: a change that does not matter, on the measure's scale */
  readonly tolerance?: number;
  /** what it is, and what it cannot see */
  readonly about: string;
}

const INFOS = {
  coatColours: {
    title: 'colours in the mask',
    aim: 'more',
    about:
      'Histogram intersection of OKLab colours inside the subject masks (lightness in 4 bins, a and b in 12 each, spread linearly), mean over pairs of panels; 1 is the same. Masks take some background along, which lowers it alike for all. Blind to where a colour is.',
  },
  coatNames: {
    title: 'same coat',
    aim: 'more',
    about:
      "Share of pairs of panels whose coats have the same name: the palette colour of the pocket's world that most pixels in the mask are nearest to. Blind to accessories, eyes and bellies; snow and white coats, grey roads and grey coats are alike to it.",
  },
  partColours: {
    title: 'part colours apart',
    aim: 'less',
    about:
      "Colour difference (OKLab; black to white is 1) between each subject patch and the patch of the other panel's subject whose DIFT features are likest: ear with ear, belly with belly. Sees where a colour is; blind to what is smaller than a patch.",
  },
  features: {
    title: 'feature distance',
    aim: 'less',
    about:
      "1 - cosine of DIFT features (up block 0, t = 261, mean of 4 noise draws, under a prompt that names the species only) between each subject patch and the likest one of the other panel's subject. Sees parts and shapes more than colour; a pose that hides parts raises it.",
  },
  judgedSpecies: {
    title: 'species seen',
    aim: 'not-less',
    tolerance: 0.05,
    about: 'Share of panels in which the judge (src/evaluation/judge/) sees the species that was asked for.',
  },
  judgedCoats: {
    title: 'same coat, judged',
    aim: 'more',
    about:
      'Share of pairs of panels in which the judge names the same coat: it has learned what night and rain do to colours.',
  },
  judgedAccessories: {
    title: 'same accessory',
    aim: 'more',
    about:
      'Share of pairs in which the judge names the same accessory, or none in both. It is less sure of accessories than of anything else.',
  },
  judgedDetails: {
    title: 'same eyes and belly',
    aim: 'told',
    about:
      'Share of pairs in which the judge names the same kind of eyes and of belly. Species with one kind of them, and sleepers, agree by nature.',
  },
  clipI: {
    title: 'CLIP-I',
    aim: 'more',
    about:
      'Cosine of the panels’ CLIP embeddings, mean over pairs; only where a CLIP is installed. It sees the whole picture: a panel in the same place counts as the same character, and fine details hardly count.',
  },
  clipISubject: {
    title: 'CLIP-I of subjects',
    aim: 'more',
    about:
      'The same of the subjects, cut out by the pictures’ own masks and laid on grey. A mask that takes background along brings it in again; the outline and the pose count as much as the coat.',
  },
  clipT: {
    title: 'CLIP-T',
    aim: 'not-less',
    tolerance: 0.01,
    about:
      'Cosine of a panel’s CLIP embedding with its prompt’s, mean over panels; only where a CLIP is installed. It knows words better than who does what.',
  },
  dreamSim: {
    title: 'DreamSim',
    aim: 'told',
    about:
      'DreamSim’s distance (arXiv 2306.09344; 0 is the same), mean over pairs of panels: how different people would find them; only where a DreamSim is installed. It sees the whole picture, and panels are meant to differ in place and action: a small distance may be the same character or the same scene. It learned from people’s judgements of pictures that look like photographs, not of drawings.',
  },
  dreamSimSubject: {
    title: 'DreamSim of subjects',
    aim: 'less',
    about:
      'The same of the subjects, cut out by the pictures’ own masks and laid on grey. Pose and outline count as much as who it is; a mask that takes background along brings it in again.',
  },
  promptWins: {
    title: 'own prompt wins',
    aim: 'not-less',
    tolerance: 0.05,
    about:
      "Share of panels whose own prompt denoises them better than each of the story's other prompts (the model itself as a diffusion classifier, Li et al. 2023). What the model believes to see is not always there to the eye.",
  },
  promptMargin: {
    title: 'margin',
    aim: 'not-less',
    tolerance: 0.05,
    about: 'By what share the denoising error of the best other prompt is larger than that of the own one.',
  },
  placeWins: {
    title: 'place wins',
    aim: 'not-less',
    tolerance: 0.05,
    about: 'The same against the own action in the other places.',
  },
  actionWins: {
    title: 'action wins',
    aim: 'not-less',
    tolerance: 0.05,
    about: 'The same against the other actions in the own place.',
  },
  backgroundColours: {
    title: 'background colours',
    aim: 'not-more',
    tolerance: 0.02,
    about: 'Histogram intersection outside the masks between panels: a rise is leakage from panel to panel.',
  },
  backgroundLatents: {
    title: 'background latents',
    aim: 'not-more',
    tolerance: 0.02,
    about: 'Cosine similarity of the latents outside both masks, place by place, between panels.',
  },
  backgroundMoved: {
    title: 'background moved',
    aim: 'told',
    about: 'Mean colour difference (OKLab; black to white is 1) to the plain twin outside both masks.',
  },
  displacement: {
    title: 'displacement',
    aim: 'not-less',
    tolerance: 0.02,
    about:
      "Distance in the picture between each subject patch and the patch of the other panel's subject whose DIFT features are likest, in sides of the picture: how far the same parts lie apart (paper §5). It falls where panels take the same layout; wrong matches raise it.",
  },
  centres: {
    title: 'spread of centres',
    aim: 'not-less',
    tolerance: 0.02,
    about: "Root mean square distance of the masks' centres from their mean, in sides of the picture.",
  },
  sizes: { title: 'spread of sizes', aim: 'told', about: "Deviation of the masks' areas as a share of their mean." },
  overlap: {
    title: 'mask overlap',
    aim: 'not-more',
    tolerance: 0.05,
    about: 'IoU of the masks between panels: rises where all panels take the same pose in the same place.',
  },
  twinOverlap: { title: 'overlap with twin', aim: 'told', about: "IoU of a panel's mask with its plain twin's." },
} satisfies Record<string, MeasureInfo>;

export type MeasureName = keyof typeof INFOS;

export const MEASURES: Readonly<Record<MeasureName, MeasureInfo>> = INFOS;

/** null: not to be measured in this drawing */
export type Measures = Readonly<Record<MeasureName, number | null>>;

export const MEASURE_NAMES = Object.keys(MEASURES) as MeasureName[];
