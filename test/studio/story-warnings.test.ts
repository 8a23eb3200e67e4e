import { describe, expect, test } from 'vitest';
import type { InspectedStory, InspectionContext, Warning } from '../../src/inspection/warning.ts';
import { FakeEngine } from '../support/fake-engine.ts';
import { asker, newStory } from '../support/people.ts';
import { testStudio } from '../support/studios.ts';

/** Warns of the second panel, whatever it shows, and notes what it was given. */
function inspector() {
  const seen: { story: InspectedStory; context: InspectionContext | undefined }[] = [];
  const inspect = (story: InspectedStory, context?: InspectionContext): Warning[] => {
    seen.push({ story, context });
    const concept = Object.keys(story.panels[1]?.masks ?? {})[0];
    const found = { signature: 'inconsistent-subject', score: 1, threshold: 0.5 } as const;
    return [{ ...found, panels: [2, 1], ...(concept === undefined ? {} : { concept }) }];
  };
  return { seen, inspect };
}

describe('warnings of a story', () => {
  test('given what was drawn, then it is looked at as the engine gave it, and once for each state', async () => {
    const { seen, inspect } = inspector();
    const { studio, store, ended, cast, engine } = await testStudio({ inspect, engine: new FakeEngine() });
    const { id } = await cast('Rusty', 'a fox');
    const { story } = await ended(studio.createStory(asker(), newStory('Rusty sleeping | Rusty dancing')));
    expect(await studio.storyWarnings(story.id)).toEqual([
      { signature: 'inconsistent-subject', place: 2, character: 'Rusty' },
    ]);
    await studio.storyWarnings(story.id);
    expect(seen).toHaveLength(1);
    const [first] = seen as [(typeof seen)[number]];
    const { panels, maskGrid } = first.story;
    expect(maskGrid).toEqual({ height: 4, width: 4 });
    expect(panels.map((panel) => panel.id)).toEqual([1, 2]);
    expect(panels.map(({ masks }) => Object.keys(masks))).toEqual([[id], [id]]);
    const call = (engine as FakeEngine).calls.at(-1);
    const again = await new FakeEngine().draw(call?.model as never, call?.story as never, {
      trace: false,
      previewEvery: 0,
    });
    for (const [i, drawn] of again.panels.slice(-2).entries()) {
      expect([...(panels[i]?.image.rgb ?? [])]).toEqual([...drawn.image.rgb]);
      expect(panels[i]?.latents).toEqual(drawn.latents);
      expect(panels[i]?.masks).toEqual(drawn.masks);
    }
    expect(first.context).toMatchObject({ pocketDaylight: true });
    expect(first.context?.prompts?.[1]).toContain('dancing');

    const before = panels[1]?.image;
    await ended(studio.redrawPanel(asker(), story.id, 2));
    await studio.storyWarnings(story.id);
    expect(seen).toHaveLength(2);
    expect(seen[1]?.story.panels[1]?.image).not.toEqual(before);
    const [old] = await store.takes.ofPanel(story.panels[1]?.id as string);
    await studio.showTake(asker(), story.id, old?.id as string);
    await studio.storyWarnings(story.id);
    expect(seen).toHaveLength(2);
  });

  test('given one panel, none, or nobody in it, then there is nothing to compare or nobody to name', async () => {
    const { seen, inspect } = inspector();
    const { studio, ended } = await testStudio({ inspect });
    const { story: single } = await ended(studio.createStory(asker(), newStory('a fox')));
    expect(await studio.storyWarnings(single.id)).toEqual([]);
    expect(seen).toEqual([]);
    const { story } = await ended(studio.createStory(asker(), newStory('a forest | a beach')));
    expect(await studio.storyWarnings(story.id)).toEqual([
      { signature: 'inconsistent-subject', place: 2, character: undefined },
    ]);
    await expect(studio.storyWarnings('none')).rejects.toMatchObject({ code: 'story-not-found' });
  });

  test('given the real inspection, then it takes what is stored', async () => {
    const { studio, ended, cast } = await testStudio();
    await cast('Rusty', 'a fox');
    const { story } = await ended(
      studio.createStory(asker(), newStory('Rusty sleeping | Rusty dancing | Rusty reading')),
    );
    const warnings = await studio.storyWarnings(story.id);
    // The fake engine paints every panel in another colour.
    expect(warnings.map(({ signature, character }) => [signature, character])).toContainEqual([
      ...['inconsistent-subject', 'Rusty'],
    ]);
  });
});
