import type { DrawnPanel } from '../engine/draw-story.ts';
import type { RasterImage } from '../engine/raster-image.ts';
import type { StoryTrace } from '../engine/story-trace.ts';
import { encodePng } from './canvas.ts';
import { type PatchPair, renderCorrespondence } from './correspondence-picture.ts';
import { renderHeatmap } from './heatmap.ts';
import { renderMaskOverlay } from './mask-overlay.ts';

export interface NamedPicture {
  /** file name */
  readonly name: string;
  readonly png: Buffer;
}

/** Heat maps are a few tokens wide: their cells are drawn large. */
const HEATMAP_WIDTH = 256;
/** Cosine similarity, shown on one scale in all pictures. */
const SIMILARITY_RANGE = { min: 0, max: 1 };

/**
 * Every intermediate of the method as pictures (`--debug`): per panel the first pass's picture, masks and each word's
 * attention; per pair of panels the correspondences and their similarity; per panel the injected tokens.
 */
export async function debugPictures(panels: readonly DrawnPanel[], trace: StoryTrace): Promise<NamedPicture[]> {
  const pictures: [string, RasterImage][] = [];
  const fileNames = fileNamesOf(panels.flatMap((panel) => Object.keys(panel.masks)));
  panels.forEach((panel, i) => {
    const of = trace.panels[i] as StoryTrace['panels'][number];
    const name = `panel-${i + 1}`;
    pictures.push([`${name}-first-pass`, of.firstImage], [`${name}-last-pass`, panel.image]);
    for (const [concept, mask] of Object.entries(panel.masks)) {
      const who = fileNames.get(concept) as string;
      const overlay = (image: RasterImage, data: Uint8Array) => renderMaskOverlay(image, { ...trace.maskGrid, data });
      pictures.push([`${name}-mask-${who}-first-pass`, overlay(of.firstImage, of.firstMasks[concept] as Uint8Array)]);
      pictures.push([`${name}-mask-${who}`, overlay(panel.image, mask)]);
      (of.attention[concept] ?? []).forEach((map, word) => {
        pictures.push([`${name}-attention-${who}-word-${word + 1}`, heatmap(map, trace.maskGrid)]);
      });
    }
    pictures.push([`${name}-injected`, injectedTokens(panel.image, i, trace)]);
  });
  for (const match of trace.correspondences) {
    const { viewer, source, concept } = match;
    const name = `match-${viewer + 1}-to-${source + 1}-${fileNames.get(concept)}`;
    pictures.push([`${name}-similarity`, heatmap(match.similarity, trace.diftGrid, SIMILARITY_RANGE)]);
    const [a, b] = [trace.panels[viewer]?.firstImage, trace.panels[source]?.firstImage] as [RasterImage, RasterImage];
    const grid = { columns: trace.injectGrid.width, rows: trace.injectGrid.height };
    pictures.push([name, renderCorrespondence(a, b, injectedPairs(viewer, source, trace), { grid })]);
  }
  return Promise.all(pictures.map(async ([name, image]) => ({ name: `${name}.png`, png: await encodePng(image) })));
}

function heatmap(
  values: Float32Array,
  { width, height }: { readonly width: number; readonly height: number },
  range?: { readonly min: number; readonly max: number },
): RasterImage {
  const cellSize = Math.max(1, Math.round(HEATMAP_WIDTH / width));
  return renderHeatmap(values, width, height, range ? { range, cellSize } : { cellSize });
}

function injectedTokens(image: RasterImage, panel: number, { injected, injectGrid }: StoryTrace): RasterImage {
  const data = new Uint8Array(injectGrid.width * injectGrid.height);
  for (const token of injected) if (token.panel === panel) data[token.token] = 1;
  return renderMaskOverlay(image, { ...injectGrid, data });
}

function injectedPairs(viewer: number, source: number, { injected, injectGrid }: StoryTrace): PatchPair[] {
  const point = (token: number) => ({ x: token % injectGrid.width, y: Math.floor(token / injectGrid.width) });
  return injected
    .filter((token) => token.panel === viewer && token.source === source)
    .map(({ token, sourceToken }) => ({ source: point(token), target: point(sourceToken) }));
}

/** Longest name of a character in a file name: bytes of UTF-8 are up to four times as many, and 255 is the limit. */
const MAX_WHO = 40;

/**
 * Characters' names as parts of file names: letters and digits of all scripts, and no two alike, on disks that don't
 * tell upper from lower case either. A hyphen is ours: it parts the name from what follows.
 */
function fileNamesOf(concepts: readonly string[]): ReadonlyMap<string, string> {
  const names = new Map<string, string>();
  const taken = new Set<string>();
  for (const concept of new Set(concepts)) {
    const stem = [...concept.replace(/[^\p{L}\p{N}\p{M}]+/gu, '_')].slice(0, MAX_WHO).join('');
    let name = stem;
    for (let i = 2; taken.has(name.toLowerCase()); i++) name = `${stem}_${i}`;
    taken.add(name.toLowerCase());
    names.set(concept, name);
  }
  return names;
}
