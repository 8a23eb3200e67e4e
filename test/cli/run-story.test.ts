import fs from 'node:fs';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { decodeCanon, encodeCanon } from '../../src/canon/canon-file.ts';
import { DEFAULT_SETTINGS, PLAIN_SETTINGS } from '../../src/engine/consistory/settings.ts';
import { EVERYTHING_AT_ONCE, type MemoryPlan } from '../../src/engine/pipeline/memory-plan.ts';
import { UserError } from '../../src/errors/user-error.ts';
import { decodePicture } from '../../src/render/canvas.ts';
import { readStoryMetadata } from '../../src/render/story-metadata.ts';
import { canonOf, drawnFor, MODEL, SIZE, stored } from '../support/canons.ts';
import { POCKET } from '../support/fixtures.ts';
import { boxOf } from '../support/solid-panels.ts';
import { InstantEngine, runHere, temporaryFolder } from '../support/story-runs.ts';

let place: ReturnType<typeof temporaryFolder>;
beforeEach(() => {
  place = temporaryFolder();
});
afterEach(() => place.remove());

const FOX = ['--character', 'a fox wearing a scarf'];
const PANELS = ['--panel', 'standing in the forest', '--panel', 'reading a book'];
const run = (engine: InstantEngine, ...args: string[]) =>
  runHere(['--model', POCKET, '--out', place.at('story.png'), ...args], () => engine);
const png = (name = 'story.png') => fs.readFileSync(place.at(name));

describe('given a story', () => {
  it('then the grid is written, with how it came to be, and its place and seed are told', async () => {
    const engine = new InstantEngine();
    const { code, stdout, stderr } = await run(engine, ...FOX, ...PANELS, '--seed', '7', '--title', 'A day');
    expect(code).toBe(0);
    expect(stdout).toMatch(/^Seed 7\. consistent: .* s \(.*\)\.\nStory: .*story\.png\n$/u);
    expect(stderr).toMatch(/^Drawing {12}█{28} 1\/1 {2}\d+\.\d s\n$/u);
    expect(place.list()).toEqual(['story.png']);
    await decodePicture(png());
    expect(readStoryMetadata(png())).toMatchObject({
      title: 'A day',
      seed: '7',
      model: `pocket ${MODEL.hash}`,
      panels: [
        {
          prompt: 'a storybook drawing of a fox wearing a scarf standing in the forest',
          caption: 'standing in the forest',
        },
        { prompt: 'a storybook drawing of a fox wearing a scarf reading a book', caption: 'reading a book' },
      ],
      settings: { mode: 'consistent', steps: 30, guidance: 4, characters: 'fox: a fox wearing a scarf' },
    });
    const [call] = engine.calls;
    expect(call?.model).toEqual({ folder: POCKET, size: { width: 128, height: 128 }, loras: [] });
    expect(call?.story.settings).toEqual(DEFAULT_SETTINGS);
    expect([engine.calls.length, engine.hashed, engine.closed]).toEqual([1, 1, 1]);
  });

  it('then --plain draws without the method, from the same seed and ids', async () => {
    const engine = new InstantEngine();
    expect((await run(engine, ...FOX, ...PANELS, '--seed', '7', '--compare')).code).toBe(0);
    expect((await run(engine, ...FOX, ...PANELS, '--seed', '7', '--plain', '--out', place.at('plain.png'))).code).toBe(
      0,
    );
    const [plain, consistent, only] = engine.calls.map(({ story }) => story);
    expect([plain?.settings, consistent?.settings, only?.settings]).toEqual([
      PLAIN_SETTINGS,
      DEFAULT_SETTINGS,
      PLAIN_SETTINGS,
    ]);
    expect(plain?.panels).toEqual(consistent?.panels);
    expect(plain?.panels).toEqual(only?.panels);
    expect(readStoryMetadata(png())?.settings.mode).toBe('plain and consistent');
    expect(readStoryMetadata(png('plain.png'))?.settings.mode).toBe('plain');
    const [rows, grid] = [await decodePicture(png()), await decodePicture(png('plain.png'))];
    expect(rows.height).toBeGreaterThan(grid.height);
  });

  it('then --no-injection, --anchors and their like reach the engine', async () => {
    const engine = new InstantEngine();
    await run(engine, ...FOX, ...PANELS, '--no-injection', '--no-blending', '--anchors', 'all', '--dropout', '0.25');
    expect(engine.calls[0]?.story.settings).toEqual({
      ...DEFAULT_SETTINGS,
      featureInjection: undefined,
      queryBlending: undefined,
      anchors: 'all',
      maskDropout: 0.25,
    });
  });

  it('then --debug writes what the method saw into a folder made for it', async () => {
    const engine = new InstantEngine();
    const { code, stdout } = await run(engine, ...FOX, ...PANELS, '--debug', place.at('a', 'b'));
    expect(code).toBe(0);
    expect(stdout).toContain(`What the method saw: ${place.at('a', 'b')}\n`);
    expect(place.list()).toContain(path.join('a', 'b', 'panel-2-mask-fox.png'));
    expect(engine.calls[0]?.options.trace).toBe(true);
  });
});

describe('given canons', () => {
  it('then the anchors are drawn again as they were: with their steps, guidance, settings and size', async () => {
    const settings = { ...DEFAULT_SETTINGS, maskDropout: 0.125, queryBlending: undefined };
    const canon = { ...canonOf(['Rusty']), settings };
    fs.writeFileSync(place.at('rusty.canon'), encodeCanon(canon));
    const anchors = (calls: InstantEngine) => calls.calls[0]?.story.panels.slice(0, 2).map((panel) => panel.canon);
    const engine = new InstantEngine();
    const { code, stderr } = await run(
      engine,
      '--canon',
      place.at('rusty.canon'),
      '--panel',
      'sitting',
      '--no-injection',
    );
    expect(code).toBe(0);
    expect(anchors(engine)).toEqual([stored(canon).id, stored(canon).id]);
    expect(engine.calls[0]?.model.size).toEqual(SIZE);
    expect(engine.calls[0]?.story).toMatchObject({ steps: 3, guidance: 4.5 });
    expect(engine.calls[0]?.story.settings).toEqual({ ...settings, featureInjection: undefined });
    expect(stderr).not.toContain('differently');
    // the story has one panel, the batch three
    expect(readStoryMetadata(png())?.panels).toHaveLength(1);
  });

  it('then one that no panel names is left out with a notice, and counts for nothing', async () => {
    fs.writeFileSync(
      place.at('rusty.canon'),
      encodeCanon({ ...canonOf(['Rusty']), steps: 9, size: { width: 64, height: 64 } }),
    );
    fs.writeFileSync(place.at('bo.canon'), encodeCanon(canonOf(['Bo'])));
    const engine = new InstantEngine();
    const canons = ['--canon', place.at('rusty.canon'), '--canon', place.at('bo.canon')];
    const { code, stderr } = await run(engine, ...canons, '--character', 'Al: a cat', '--panel', 'Bo sits');
    expect(code).toBe(0);
    expect(stderr).toContain('Note: No panel names Rusty or Al: left out of this story.\n');
    expect(engine.calls[0]?.story.panels.map(({ concepts }) => concepts)).toEqual([['Bo'], ['Bo'], ['Bo']]);
    expect(engine.calls[0]).toMatchObject({ story: { steps: 3 }, model: { size: SIZE } });
    expect((await run(new InstantEngine(), ...canons, '--panel', 'Bo and Rusty')).code).toBe(2);
  });

  it('then --plain draws no anchors, alone or in --compare', async () => {
    fs.writeFileSync(place.at('bo.canon'), encodeCanon(canonOf(['Bo'])));
    const args = [
      '--canon',
      place.at('bo.canon'),
      '--character',
      'Al: a cat',
      '--panel',
      'Al and Bo',
      '--panel',
      'Bo sits',
    ];
    const engine = new InstantEngine();
    expect((await run(engine, ...args, '--plain')).code).toBe(0);
    expect((await run(engine, ...args, '--compare')).code).toBe(0);
    const drawn = engine.calls.map(({ story }) => story.panels.map(({ id, canon }) => [id, canon !== undefined]));
    const own = [
      [1, false],
      [2, false],
    ];
    expect(drawn).toEqual([own, own, [[1, true], [2, true], ...own]]);
    // The pictures are those of the story's panels: the first is black, as InstantEngine draws it.
    await run(new InstantEngine(), ...args, '--plain', '--out', place.at('plain.png'));
    expect(boxOf(await decodePicture(png('plain.png')), [0, 0, 0])).toBeDefined();
  });

  it('then anchors that come out otherwise are told of, and not in plain mode', async () => {
    fs.writeFileSync(place.at('rusty.canon'), encodeCanon(canonOf(['Rusty'])));
    const other = () =>
      new InstantEngine(({ story }) => {
        const drawn = drawnFor(story);
        return { ...drawn, panels: drawn.panels.map((p) => ({ ...p, latents: p.latents.map((v) => v + 1) })) };
      });
    const args = ['--canon', place.at('rusty.canon'), '--panel', 'sitting'];
    expect((await run(other(), ...args)).stderr).toContain(
      'Note: Rusty came out a little differently than in the canon',
    );
    expect((await run(other(), ...args, '--plain')).stderr).not.toContain('differently');
  });

  it('then --save-canon keeps the new characters, and a second story is drawn from both', async () => {
    const args = ['--character', 'Rusty: a fox', '--panel', 'Rusty runs', '--panel', 'sitting', '--steps', '3'];
    const first = await run(new InstantEngine(), ...args, '--guidance', '2', '--save-canon', place.at('rusty.canon'));
    expect(first.stdout).toContain(`Canon: ${place.at('rusty.canon')}`);
    const rusty = decodeCanon(fs.readFileSync(place.at('rusty.canon')), 'rusty');
    expect(rusty).toMatchObject({
      characters: [{ name: 'Rusty', looks: 'a fox', subject: 'fox' }],
      model: { name: 'pocket', hash: MODEL.hash },
      size: { width: 128, height: 128 },
      steps: 3,
      guidance: 2,
      settings: DEFAULT_SETTINGS,
    });
    const withBo = [
      '--canon',
      place.at('rusty.canon'),
      '--character',
      'Bo: a bear',
      '--save-canon',
      place.at('bo.canon'),
    ];
    expect((await run(new InstantEngine(), ...withBo, '--panel', 'Bo and Rusty', '--panel', 'Bo sits')).code).toBe(0);
    const engine = new InstantEngine();
    const both = ['--canon', place.at('rusty.canon'), '--canon', place.at('bo.canon')];
    expect((await run(engine, ...both, '--panel', 'Rusty and Bo')).code).toBe(0);
    expect(engine.calls[0]?.story.concepts.map(({ name }) => name)).toEqual(['Rusty', 'Bo']);
    expect(engine.calls[0]?.story.panels.map(({ concepts }) => concepts)).toEqual([
      ['Rusty'],
      ['Rusty'],
      ['Bo'],
      ['Bo'],
      ['Rusty', 'Bo'],
    ]);
  });
});

describe('given something to know', () => {
  it('then words that the model was not taught are told', async () => {
    const { stderr } = await run(new InstantEngine(), '--panel', 'a wombat in the forest');
    expect(stderr).toContain('Note: The model pocket was not taught: wombat.');
    expect(stderr).toContain('Note: No --character');
  });

  it('then words that were cut off are told, by panel', async () => {
    const engine = new InstantEngine(({ story }) => {
      const drawn = drawnFor(story);
      const panels = drawn.panels.map((p, i) => (i === 1 ? { ...p, truncatedWords: ['at', 'night'] } : p));
      return { ...drawn, panels };
    });
    expect((await run(engine, ...FOX, ...PANELS)).stderr).toContain(
      'Note: Panel 2 is too long for the model; it did not read: at night\n',
    );
  });

  it.each([
    [
      { stages: [['text'], ['unet', 'vae']], mapped: ['text'] },
      'Note: The model is loaded part by part, to stay within',
    ],
    [{ mapped: ['text', 'unet'] }, 'Note: Weights are read from their file at each step, to stay within'],
    [{}, undefined],
  ] as const)('then a model that is spared is told of: %j', async (part, note) => {
    const plan: MemoryPlan = { ...EVERYTHING_AT_ONCE, ...part };
    const engine = new InstantEngine((_, { loaded }) => {
      loaded?.({ type: 'loaded', job: 1, provider: 'cpu', fallbacks: [], plan, took: 1 });
      return undefined;
    });
    const { stderr } = await run(engine, ...FOX, ...PANELS);
    if (note) expect(stderr).toContain(note);
    else expect(stderr).not.toContain('max-memory');
  });

  it('then a provider that could not be used is told: with the reason only where it was asked for', async () => {
    const engine = () =>
      new InstantEngine((_, { loaded }) => {
        const fallbacks = [{ provider: 'cuda', reason: 'no driver\nat line 7' }];
        loaded?.({ type: 'loaded', job: 1, provider: 'cpu', fallbacks, plan: EVERYTHING_AT_ONCE, took: 1 });
        return undefined;
      });
    expect((await run(engine(), ...FOX, ...PANELS, '--provider', 'cuda')).stderr).toContain(
      "Note: The provider cuda can't be used here (no driver); drawing with cpu.\n",
    );
    expect((await run(engine(), ...FOX, ...PANELS)).stderr).toContain(
      "Note: Drawing with cpu; cuda can't be used here (--provider cuda says why).\n",
    );
  });

  it('then --help and no arguments at all tell how, and draw nothing', async () => {
    for (const args of [['--help'], []]) {
      const engine = new InstantEngine();
      const { code, stdout } = await runHere(args, () => engine);
      expect([code, engine.calls.length]).toEqual([0, 0]);
      expect(stdout).toContain('npm run story');
    }
  });
});

describe('given an end before the end', () => {
  it('then an interruption ends with 130, and nothing is written', async () => {
    const interrupt = new AbortController();
    const engine = new InstantEngine(() => {
      interrupt.abort(new Error('interrupted'));
      return undefined;
    });
    const args = [
      '--model',
      POCKET,
      '--out',
      place.at('x.png'),
      '--debug',
      place.at('d'),
      '--save-canon',
      place.at('c'),
    ];
    const { code, stderr } = await runHere([...args, ...FOX, ...PANELS], () => engine, interrupt.signal);
    expect([code, stderr, place.list(), engine.closed]).toEqual([130, 'Interrupted; nothing was written.\n', [], 1]);
  });

  it('then a refusal by the engine ends with 2, an error of ours is thrown, and nothing is written', async () => {
    const refuses = new InstantEngine(() => {
      throw new UserError('memory-limit', { expected: 'less', got: 'more', todo: 'Draw less.' });
    });
    const breaks = new InstantEngine(() => {
      throw new Error('a bug');
    });
    const args = [...FOX, ...PANELS, '--debug', place.at('d')];
    expect(await run(refuses, ...args)).toMatchObject({ code: 2, stderr: 'Expected less, but got more. Draw less.\n' });
    await expect(run(breaks, ...args)).rejects.toThrow('a bug');
    expect([place.list(), refuses.closed, breaks.closed]).toEqual([[], 1, 1]);
  });
});
