import { strFromU8, unzipSync } from 'fflate';
import { describe, expect, test } from 'vitest';
import { decodePicture } from '../../src/render/canvas.ts';
import { readStoryMetadata } from '../../src/render/story-metadata.ts';
import { FakeEngine, panelColour } from '../support/fake-engine.ts';
import { asker, newStory } from '../support/people.ts';
import { testStudio } from '../support/studios.ts';

async function exported() {
  const engine = new FakeEngine();
  const { studio, ended } = await testStudio({ engine });
  const title = 'Räuber: "Hotzenplotz"/../🦊';
  const { story } = await ended(studio.createStory(asker(), newStory('In the forest | a/b: c? <d>', { title })));
  return { studio, story, engine };
}

describe('a story as a file', () => {
  test('given a PNG, then it is the page, and says how it was drawn', async () => {
    const { studio, story } = await exported();
    const { name, mediaType, bytes } = await studio.exportStory(story.id, 'png');
    expect([name, mediaType]).toEqual(['Räuber Hotzenplotz .. 🦊.png', 'image/png']);
    expect(bytes.equals((await studio.storyPage(story.id)).png)).toBe(true);
    expect(readStoryMetadata(bytes)).toMatchObject({
      seed: '7',
      panels: [{ caption: 'In the forest' }, { caption: 'a/b: c? <d>', revision: 0 }],
    });
  });

  test('given a ZIP, then it has the page, each panel as it was drawn, and a text with captions and seed', async () => {
    const { studio, story, engine } = await exported();
    const { bytes, mediaType } = await studio.exportStory(story.id, 'zip');
    expect(mediaType).toBe('application/zip');
    const files = unzipSync(bytes);
    expect(Object.keys(files)).toEqual([
      'Räuber Hotzenplotz .. 🦊.png',
      'story.txt',
      '01 In the forest.png',
      '02 a b c d.png',
    ]);
    const text = strFromU8(files['story.txt'] as Uint8Array);
    for (const part of ['Räuber: "Hotzenplotz"/../🦊', '2. a/b: c? <d>', 'Seed: 7', 'Model: pocket']) {
      expect(text).toContain(part);
    }
    const panel = await decodePicture(files['02 a b c d.png'] as Uint8Array);
    const row = engine.calls[0]?.story.panels[1];
    expect([...panel.rgb.subarray(0, 3)]).toEqual(row && panelColour(row));
    expect((await studio.exportStory(story.id, 'zip')).bytes.equals(bytes)).toBe(true);
  });

  test('given a PDF, then it has one page with the title, and a figure with the description', async () => {
    const { studio, story } = await exported();
    const { bytes, mediaType } = await studio.exportStory(story.id, 'pdf');
    expect(mediaType).toBe('application/pdf');
    const text = bytes.toString('latin1');
    expect(text.startsWith('%PDF-1.7')).toBe(true);
    expect(text.trimEnd().endsWith('%%EOF')).toBe(true);
    expect(text.match(/\/Type \/Page\b/g)).toHaveLength(1);
    expect(text).toContain('/S /Figure');
    expect(text).toContain('/Marked true');
    const utf16 = (words: string) => Buffer.from(words, 'utf16le').swap16().toString('latin1');
    expect(text).toContain(`(\xfe\xff${utf16('Räuber')}`);
    expect(text).toContain(utf16('In the forest; 2. a/b'));
  });
});
