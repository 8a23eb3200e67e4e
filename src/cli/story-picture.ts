import type { DrawnStory, StoryRequest } from '../engine/draw-story.ts';
import type { WeightedLora } from '../engine/weights/lora-identity.ts';
import { renderGrid } from '../render/grid.ts';
import { renderRows } from '../render/rows.ts';
import type { StoryMetadata } from '../render/story-metadata.ts';
import type { StoryPlan } from '../story/plan-story.ts';
import type { StoryScript } from '../story/story-script.ts';

/** A story as it was drawn, with the method or without it. */
export interface DrawnMode {
  readonly name: 'plain' | 'consistent';
  readonly request: StoryRequest;
  /** places of the story's panels in the request */
  readonly places: readonly number[];
  readonly story: DrawnStory;
}

export interface StoryPictureSource {
  readonly script: StoryScript;
  readonly plan: StoryPlan;
  /** one: a grid; two: rows to compare */
  readonly modes: readonly DrawnMode[];
  readonly model: { readonly name: string; readonly hash: string };
  readonly loras: readonly WeightedLora[];
  readonly seed: bigint;
  readonly columns: number | undefined;
}

/** The page of a story, as PNG. */
export async function renderStory(source: StoryPictureSource): Promise<Uint8Array> {
  const { script, modes, columns } = source;
  const { title } = script;
  const images = ({ places, story }: DrawnMode) =>
    places.map((place) => (story.panels[place] as DrawnStory['panels'][number]).image);
  const metadata = storyMetadata(source);
  const captions = script.panels.map((panel) => panel.caption);
  const [only, second] = modes;
  if (only && !second) {
    const panels = images(only).map((image, i) => ({ image, caption: captions[i] as string, number: i + 1 }));
    return (await renderGrid({ title, panels, columns, metadata })).png;
  }
  const rows = modes.map((mode) => ({ label: mode.name, images: images(mode) }));
  return (await renderRows({ title, rows, captions, metadata })).png;
}

function storyMetadata({ script, plan, modes, model, loras, seed }: StoryPictureSource): StoryMetadata {
  const { request, panels } = plan;
  const { settings, steps, guidance, sampler } = request;
  return {
    ...(script.title === undefined ? {} : { title: script.title }),
    seed: seed.toString(),
    model: `${model.name} ${model.hash}`,
    panels: panels.map((place, i) => ({
      prompt: request.panels[place]?.prompt ?? '',
      caption: script.panels[i]?.caption ?? '',
      revision: request.panels[place]?.revision ?? 0,
    })),
    settings: {
      mode: modes.map((mode) => mode.name).join(' and '),
      steps,
      guidance,
      ...(sampler !== undefined && { sampler }),
      anchors: settings.anchors,
      ...(loras.length > 0 && {
        loras: loras.map(({ name, hash, weight }) => `${name} ${hash}: ${weight}`).join('; '),
      }),
      maskDropout: settings.maskDropout,
      sharedAttention: settings.sharedAttention,
      queryBlending: settings.queryBlending !== undefined,
      featureInjection: settings.featureInjection !== undefined,
      characters: script.characters.map(({ name, looks }) => `${name}: ${looks}`).join('; '),
    },
  };
}
