import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { drawStory } from '../../src/engine/draw-story.ts';
import type { Pipeline } from '../../src/engine/pipeline/load-pipeline.ts';
import { foxPanel, foxStory, latentDifference, pocketPipeline } from '../support/pocket-stories.ts';

/** What looking at another picture changes at least; latents are of order 1. */
const VISIBLE = 1e-2;
/** Mean error of a colour after encoding and decoding, of 255: the pocket autoencoder is small. */
const CODEC_ERROR = 12;

let pipeline: Pipeline;
beforeAll(async () => {
  pipeline = await pocketPipeline();
});
afterAll(() => pipeline.release());

describe('given a picture in place of a panel', () => {
  it('then its latents are the picture’s, whatever the other panels do', async () => {
    const drawn = await drawStory(pipeline, foxStory([foxPanel(0)]));
    const picture = drawn.panels[0]?.image;
    if (!picture) throw new Error('nothing was drawn');
    const latents = await pipeline.encodeImage(picture);
    const panels = [foxPanel(0, { canon: 'brought', picture }), foxPanel(1), foxPanel(2)];
    const story = await drawStory(pipeline, foxStory(panels));
    expect(story.panels[0]?.latents).toEqual(latents);

    const decoded = story.panels[0]?.image.rgb as Uint8Array;
    const error = decoded.reduce((sum, c, i) => sum + Math.abs(c - (picture.rgb[i] as number)), 0) / decoded.length;
    console.info(`mean difference of the picture after encoding and decoding: ${error.toFixed(2)} of 255`);
    expect(error).toBeLessThan(CODEC_ERROR);
  });

  it('then the story’s panels look at it, and its stored latents do as well as the picture', async () => {
    const brought = await drawStory(pipeline, foxStory([foxPanel(0, { seed: 99n })]));
    const picture = brought.panels[0]?.image;
    if (!picture) throw new Error('nothing was drawn');
    const given = await pipeline.encodeImage(picture);
    const withPicture = await drawStory(pipeline, foxStory([foxPanel(9, { canon: 'brought', picture }), foxPanel(1)]));
    const withLatents = await drawStory(pipeline, foxStory([foxPanel(9, { canon: 'brought', given }), foxPanel(1)]));
    const alone = await drawStory(pipeline, foxStory([foxPanel(1)]));
    expect(withLatents.panels).toEqual(withPicture.panels);
    expect(latentDifference(withPicture, alone, 1)).toBeGreaterThan(VISIBLE);
  });
});
