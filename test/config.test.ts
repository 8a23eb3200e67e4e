import { readFile } from 'node:fs/promises';
import { parse } from 'dotenv';
import { describe, expect, test } from 'vitest';
import { readConfig, VARIABLES } from '../src/config.ts';
import { envExample } from '../src/env-example.ts';
import { UserError } from '../src/errors/user-error.ts';

describe('the configuration', () => {
  test('given .env.example, then it is what the table says, names every variable, and means the defaults', async () => {
    const file = await readFile(new URL('../.env.example', import.meta.url), 'utf8');
    expect(file).toBe(envExample());
    expect(Object.keys(parse(file))).toEqual(Object.keys(VARIABLES));
    expect(readConfig(parse(file))).toEqual(readConfig({}));
  });

  test('given values, then they are read in their units', () => {
    const config = readConfig({
      DISCORD_TOKEN: ' abc ',
      MODELS: 'models/pocket, models/sdxl',
      MAX_MEMORY_GB: '8.5',
      ANCHOR_MEMORY_MB: '500',
      REGISTER_COMMANDS: 'No',
      EDIT_INTERVAL_SECONDS: '4',
    });
    expect(config).toMatchObject({
      discordToken: 'abc',
      modelFolders: ['models/pocket', 'models/sdxl'],
      maxMemory: 8e9,
      anchorMemory: 5e8,
      registersCommands: false,
      editIntervalMs: 4000,
    });
  });

  test('given little memory, then anchors take a quarter of it at most, and the model has the rest', () => {
    expect(readConfig({ MAX_MEMORY_GB: '1', ANCHOR_MEMORY_MB: '512', DEVICE_MEMORY_GB: '8' })).toMatchObject({
      maxMemory: 7.5e8,
      deviceMemory: 8e9,
      anchorMemory: 2.5e8,
    });
  });

  test('given several wrong values, then one error names them all, and no value of theirs', () => {
    const wrong = {
      DISCORD_TOKEN: 'secret-token',
      THREADS: 'many',
      PANELS_PER_STORY: '99',
      REGISTER_COMMANDS: 'maybe',
    };
    const error = refusalOf(() => readConfig(wrong));
    expect(error.code).toBe('config-invalid');
    expect(error.context.variables).toEqual(['REGISTER_COMMANDS', 'THREADS', 'PANELS_PER_STORY']);
    expect(error.message).not.toContain('secret-token');
    expect(refusalOf(() => readConfig({ MODELS: ' , ' })).context.variables).toEqual(['MODELS']);
  });

  test('given the source, then only src/config.ts reads the environment', async () => {
    const { readdir } = await import('node:fs/promises');
    const files = await readdir(new URL('../src/', import.meta.url), { recursive: true });
    const readers: string[] = [];
    for (const file of files.filter((name) => name.endsWith('.ts') && !name.startsWith('generated'))) {
      const source = await readFile(new URL(`../src/${file}`, import.meta.url), 'utf8');
      if (/\bprocess\.env\b/.test(source.replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gmu, ''))) readers.push(file);
    }
    expect(readers).toEqual(['config.ts']);
  });
});

function refusalOf(act: () => unknown): UserError {
  try {
    act();
  } catch (error) {
    if (error instanceof UserError) return error;
    throw error;
  }
  throw new Error('nothing was refused');
}
