import { PAPER_SETTINGS } from '../../src/engine/consistory/settings.ts';
import type { DrawnStory, PanelRequest, StoryRequest } from '../../src/engine/draw-story.ts';
import { loadPipeline, type Pipeline } from '../../src/engine/pipeline/load-pipeline.ts';
import type { PictureSize } from '../../src/engine/pipeline/unet-session.ts';
import { openModelFolder } from '../../src/engine/weights/model-folder.ts';
import { POCKET } from './fixtures.ts';

/** A quarter of the pixels that the pocket model was made for: what is tested here doesn't depend on beauty. */
export const SMALL: PictureSize = { width: 64, height: 64 };

export function pocketPipeline(size: PictureSize = SMALL): Promise<Pipeline> {
  return loadPipeline(openModelFolder(POCKET), { providers: ['cpu'], threads: 1, compute: 'float32', size });
}

const SCENES = ['in the forest', 'reading a book in a bedroom', 'on the beach at night', 'jumping in the snow'];

/** A panel with a fox, by its id. */
export function foxPanel(id: number, more: Partial<PanelRequest> = {}): PanelRequest {
  const scene = SCENES[id % SCENES.length];
  return {
    id,
    revision: 0,
    seed: 7n,
    concepts: ['rusty'],
    prompt: `a storybook drawing of a fox wearing a scarf ${scene}`,
    negativePrompt: '',
    ...more,
  };
}

/** A panel with a bear in place of the fox. */
export const bearPanel = (id: number): PanelRequest =>
  foxPanel(id, {
    concepts: ['bruno'],
    prompt: `a storybook drawing of a bear wearing a hat ${SCENES[id % SCENES.length]}`,
  });

/** Few steps, with injection in the second and third. */
export function foxStory(panels: readonly PanelRequest[], more: Partial<StoryRequest> = {}): StoryRequest {
  return {
    panels,
    concepts: [
      { name: 'rusty', words: 'fox' },
      { name: 'bruno', words: 'bear' },
    ],
    settings: {
      ...PAPER_SETTINGS,
      queryBlending: { from: 0.9, to: 0.8, until: 0.4 },
      featureInjection: { lookahead: 'pass', strength: 0.8, from: 0.2, until: 0.6, similarity: 'otsu' },
    },
    steps: 5,
    guidance: 4,
    ...more,
  };
}

/** The greatest difference of the finished latents of one panel, by its id, between two stories. */
export function latentDifference(a: DrawnStory, b: DrawnStory, id: number): number {
  const [x, y] = [a, b].map((story) => story.panels.find((panel) => panel.id === id)?.latents) as [
    Float32Array,
    Float32Array,
  ];
  if (x.length !== y.length) throw new Error(`${x.length} latents are not ${y.length}`);
  return x.reduce((most, value, i) => Math.max(most, Math.abs(value - (y[i] as number))), 0);
}
