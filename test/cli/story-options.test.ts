import { describe, expect, it } from 'vitest';
import { parseStoryOptions } from '../../src/cli/story-options.ts';
import { STORY_DEFAULTS, STORY_USAGE } from '../../src/cli/story-usage.ts';
import { DEFAULT_SETTINGS } from '../../src/engine/consistory/settings.ts';
import { refusal } from '../support/refusal.ts';

const parse = (...args: string[]) => parseStoryOptions(args);

describe('parseStoryOptions', () => {
  it('given nothing, then the defaults, and no settings of its own', () => {
    expect(parse()).toEqual({
      characters: [],
      panels: [],
      title: undefined,
      canons: [],
      saveCanon: undefined,
      seed: undefined,
      model: STORY_DEFAULTS.model,
      loras: [],
      style: undefined,
      negative: '',
      steps: undefined,
      guidance: undefined,
      sampler: undefined,
      size: undefined,
      mode: 'consistent',
      settings: {},
      out: STORY_DEFAULTS.out,
      columns: undefined,
      debug: undefined,
      provider: 'auto',
      threads: 0,
      maxMemory: STORY_DEFAULTS.memoryGb * 1e9,
      deviceMemory: STORY_DEFAULTS.memoryGb * 1e9,
      help: false,
    });
  });

  it('given every option, then each is read', () => {
    const options = parse(
      ...['--character', 'a fox', '--character', 'Bo: a bear', '--panel', 'x', '--panel', 'y'],
      ...['--title', 'T', '--canon', 'a', '--canon', 'b', '--save-canon', 'c', '--seed', '7'],
      ...['--model', 'm', '--lora', 'l:2'],
      ...['--style', '', '--negative', 'n', '--steps', '12', '--guidance', '0.5', '--size', '128x64', '--compare'],
      ...['--sampler', 'dpm++-2m-karras'],
      ...['--anchors', '3', '--dropout', '0', '--no-sharing', '--no-blending', '--no-injection', '--out', 'o.png'],
      ...[
        '--columns',
        '2',
        '--debug',
        'd',
        '--provider',
        'cpu',
        '--threads',
        '2',
        '--max-memory',
        '0.5',
        '--device-memory',
        '8',
        '--help',
      ],
    );
    expect(options).toEqual({
      characters: ['a fox', 'Bo: a bear'],
      panels: ['x', 'y'],
      title: 'T',
      canons: ['a', 'b'],
      saveCanon: 'c',
      seed: '7',
      model: 'm',
      loras: [{ file: 'l', weight: 2 }],
      style: '',
      negative: 'n',
      steps: 12,
      guidance: 0.5,
      sampler: 'dpm++-2m-karras',
      size: { width: 128, height: 64 },
      mode: 'compare',
      settings: {
        sharedAttention: false,
        queryBlending: undefined,
        featureInjection: undefined,
        maskDropout: 0,
        anchors: 3,
      },
      out: 'o.png',
      columns: 2,
      debug: 'd',
      provider: 'cpu',
      threads: 2,
      maxMemory: 5e8,
      deviceMemory: 8e9,
      help: true,
    });
    // what is switched off stays off when it is laid over the defaults
    expect({ ...DEFAULT_SETTINGS, ...options.settings }.featureInjection).toBeUndefined();
  });

  it('given --anchors all, --plain or a text that begins with a dash, then they are understood', () => {
    expect(parse('--anchors', 'all').settings).toEqual({ anchors: 'all' });
    expect(parse('--plain').mode).toBe('plain');
    expect(parse('--panel=--wild').panels).toEqual(['--wild']);
  });

  it.each([
    ['noir.safetensors', 'noir.safetensors', 1],
    ['noir.safetensors:0.8', 'noir.safetensors', 0.8],
    ['a:b/noir.safetensors:-1.5', 'a:b/noir.safetensors', -1.5],
    ['C:\\loras\\noir.safetensors', 'C:\\loras\\noir.safetensors', 1],
    ['C:\\loras\\noir.safetensors:0', 'C:\\loras\\noir.safetensors', 0],
  ])('given --lora %s, then file and weight are told apart', (value, file, weight) => {
    expect(parse('--lora', value, '--lora', 'b').loras).toEqual([
      { file, weight },
      { file: 'b', weight: 1 },
    ]);
  });

  it('given the help, then it names every option that is understood', () => {
    const listed = [...STORY_USAGE.matchAll(/--([a-z-]+)/gu)].map(([, name]) => name as string);
    for (const name of new Set(listed)) {
      if (name === 'story') continue;
      const codes = [[`--${name}`], [`--${name}`, '1']].map((args) => {
        try {
          parse(...args);
          return 'read';
        } catch (error) {
          return (error as { code: string }).code;
        }
      });
      expect(
        codes.some((code) => code !== 'option-unknown'),
        name,
      ).toBe(true);
    }
    for (const name of Object.keys(parse())) {
      const option =
        { characters: 'character', panels: 'panel', canons: 'canon', loras: 'lora', saveCanon: 'save-canon' }[name] ??
        name;
      if (['mode', 'settings', 'maxMemory', 'deviceMemory'].includes(name)) continue;
      expect(STORY_USAGE).toContain(`--${option}`);
    }
  });

  it.each([
    [['--pannel', 'x'], '--pannel'],
    [['a fox'], 'a fox'],
    [['--panel'], '--panel'],
    [['--plain=yes'], '--plain'],
    [['--seed', '-1'], '--seed'],
    [['-x'], '-x'],
  ])('given %j, then the option is named in one line', (args, part) => {
    const error = refusal(() => parse(...args));
    expect(error.code).toBe('option-unknown');
    expect(error.message).toContain(part);
    expect(error.message).toContain('--help');
    expect(error.message).not.toContain('\n');
    expect(error.message).not.toContain('..');
  });

  it.each([
    ['--sampler', 'dpm'],
    ['--sampler', 'constructor'],
    ['--steps', '0'],
    ['--steps', '2.5'],
    ['--steps', 'many'],
    ['--steps', '501'],
    ['--steps', ''],
    ['--guidance', '51'],
    ['--guidance', 'NaN'],
    ['--size', '128'],
    ['--size', '0x128'],
    ['--size', '128x5000'],
    ['--size', '128 x 128'],
    ['--size', '+8x8'],
    ['--anchors', '0'],
    ['--anchors', 'some'],
    ['--dropout', '1.1'],
    ['--dropout', ' '],
    ['--columns', '0'],
    ['--threads', '1e9'],
    ['--max-memory', '0'],
    ['--lora', 'noir.safetensors:much'],
    ['--lora', 'noir.safetensors:'],
    ['--lora', 'noir.safetensors:11'],
    ['--lora', ':0.5'],
    ['--lora', ''],
    ['--style', 'x'.repeat(1001)],
    ['--negative', 'x'.repeat(1001)],
  ])('given %s "%s", then it says what would be right', (option, value) => {
    const error = refusal(() => parse(option, value));
    expect(error.code).toBe('option-invalid');
    expect(error.message).toContain(option);
    expect(error.message.length).toBeLessThan(200);
  });

  it('given options that exclude each other, then both are named', () => {
    expect(refusal(() => parse('--plain', '--compare')).message).toMatch(/--plain.*--compare/u);
    expect(refusal(() => parse('--plain', '--save-canon', 'x')).message).toMatch(/--save-canon.*--plain/u);
    expect(refusal(() => parse(...Array<string>(9).fill('--lora=x'))).message).toMatch(/at most 8 --lora/u);
  });
});
