import { describe, expect, it } from 'vitest';
import { makeCanon } from '../../src/canon/canon.ts';
import type { GuildSettings } from '../../src/store/guild-settings.ts';
import type { CastCanon } from '../../src/studio/canon-shelf.ts';
import { drawingFor } from '../../src/studio/desk.ts';
import type { StudioModel } from '../../src/studio/models.ts';
import { parseDrawing, storedDrawing } from '../../src/studio/recipe.ts';
import { drawnFor, LATENT_SHAPE, MASK_GRID, MODEL, panel, requestOf, SIZE, stored } from '../support/canons.ts';

const MODEL_OF_STUDIO: Pick<StudioModel, 'card'> = {
  card: { name: 'pocket', promptPrefix: '', guidance: 4, steps: 30, width: 128, height: 128 },
};

function canonBy(sampler?: 'euler-ancestral') {
  const request = { ...requestOf([panel(0, ['Rusty']), panel(1, ['Rusty'])]), sampler };
  return makeCanon({
    request,
    drawn: drawnFor(request),
    characters: [{ name: 'Rusty', looks: 'a fox', subject: 'fox' }],
    model: MODEL,
    size: SIZE,
    latentShape: LATENT_SHAPE,
    maskGrid: MASK_GRID,
  });
}

const drawing = (canon: ReturnType<typeof canonBy>) =>
  drawingFor(MODEL_OF_STUDIO, {} as GuildSettings, undefined, [{ canon: stored(canon) } as CastCanon]);

describe('given a story by another sampler than the model’s', () => {
  it('then its canon remembers it, and later stories with the canon are drawn by the same', () => {
    const canon = canonBy('euler-ancestral');
    expect(canon.sampler).toBe('euler-ancestral');
    expect(stored(canon).sampler).toBe('euler-ancestral');
    expect(drawing(canon).sampler).toBe('euler-ancestral');
    expect(parseDrawing(storedDrawing(drawing(canon)))).toEqual(drawing(canon));
  });

  it('then a canon by the model’s own sampler says nothing of it, as canons did before there was a choice', () => {
    expect(canonBy()).not.toHaveProperty('sampler');
    expect(drawing(canonBy())).not.toHaveProperty('sampler');
  });
});
