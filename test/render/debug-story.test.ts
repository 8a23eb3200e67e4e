import { describe, expect, it } from 'vitest';
import type { DrawnPanel } from '../../src/engine/draw-story.ts';
import type { StoryTrace } from '../../src/engine/story-trace.ts';
import { decodePicture } from '../../src/render/canvas.ts';
import { debugPictures } from '../../src/render/debug-pictures.ts';
import { solidPanel } from '../support/solid-panels.ts';

const GRID = { height: 4, width: 4 };
const TOKENS = 16;
const mask = () => Uint8Array.from({ length: TOKENS }, (_, i) => (i % 3 === 0 ? 1 : 0));

/** Two panels in both of which all of these characters are, matched and injected. */
function story(names: readonly string[]): { panels: DrawnPanel[]; trace: StoryTrace } {
  const byName = <T>(value: () => T): Record<string, T> => Object.fromEntries(names.map((name) => [name, value()]));
  const panels = [1, 2].map((id) => ({
    id,
    image: solidPanel(id, 32),
    latents: new Float32Array(0),
    masks: byName(mask),
    truncatedWords: [],
  }));
  return {
    panels,
    trace: {
      maskGrid: GRID,
      attentionGrids: [GRID],
      diftGrid: GRID,
      injectGrid: GRID,
      panels: panels.map(({ id, image }) => ({
        id,
        firstImage: image,
        firstMasks: byName(mask),
        attention: byName(() => [new Float32Array(TOKENS).fill(0.5), new Float32Array(TOKENS)]),
        attentionByStep: byName(() => []),
      })),
      correspondences: names.map((concept) => ({
        viewer: 1,
        source: 0,
        concept,
        sourceMask: mask(),
        nearest: new Int32Array(TOKENS),
        similarity: new Float32Array(TOKENS).fill(0.7),
      })),
      injected: [{ panel: 1, token: 3, source: 0, sourceToken: 5 }] as unknown as StoryTrace['injected'],
    },
  };
}

const namesFor = async (...names: string[]): Promise<string[]> => {
  const { panels, trace } = story(names);
  return (await debugPictures(panels, trace)).map(({ name }) => name);
};

describe('debugPictures', () => {
  it('given a story, then every intermediate of the method is a picture', async () => {
    const { panels, trace } = story(['Rusty']);
    const pictures = await debugPictures(panels, trace);
    const ofPanel = (n: number) => [
      `panel-${n}-first-pass.png`,
      `panel-${n}-last-pass.png`,
      `panel-${n}-mask-Rusty-first-pass.png`,
      `panel-${n}-mask-Rusty.png`,
      `panel-${n}-attention-Rusty-word-1.png`,
      `panel-${n}-attention-Rusty-word-2.png`,
      `panel-${n}-injected.png`,
    ];
    expect(pictures.map(({ name }) => name)).toEqual([
      ...ofPanel(1),
      ...ofPanel(2),
      'match-2-to-1-Rusty-similarity.png',
      'match-2-to-1-Rusty.png',
    ]);
    for (const { name, png } of pictures) {
      const { width, height } = await decodePicture(png);
      expect([name, width >= 32, height >= 32]).toEqual([name, true, true]);
    }
  });

  it('given a story without characters, then the passes are there all the same', async () => {
    expect(await namesFor()).toHaveLength(6);
  });

  it.each([
    ['that differ in signs only', ['a b', 'a/b', 'a_b', 'a-b', 'a\u0000b']],
    ['that differ in case only', ['Rusty', 'rusty']],
    ['that look like other pictures', ['Rusty', 'Rusty-first-pass', 'Rusty-similarity', 'Rusty_2', 'Rusty-word-1']],
    ['that begin alike and are long', ['x'.repeat(300), `${'x'.repeat(299)}y`, '狐'.repeat(100), '🦊'.repeat(100)]],
    ['that are paths', ['../../etc/passwd', '..', '/', 'C:\\', 'CON', '']],
    ['of objects', ['__proto__', 'constructor', 'toString']],
    ['of many scripts', ['Jürgen', '狐狸', 'राम', 'रमा', 'лиса', 'رستي', '🦊', '🐻']],
  ])('given names %s, then files are safe and no two alike', async (_, names) => {
    const files = await namesFor(...names);
    expect(files).toHaveLength(2 * (3 + 4 * names.length) + 2 * names.length);
    expect(new Set(files.map((file) => file.toLowerCase())).size).toBe(files.length);
    for (const file of files) {
      expect(file).toMatch(/^(?:panel|match)-[\p{L}\p{N}\p{M}_-]+\.png$/u);
      expect(Buffer.byteLength(file)).toBeLessThanOrEqual(255);
    }
  });
});
