import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { errorText } from '../../src/discord/error-text.ts';
import { UserError } from '../../src/errors/user-error.ts';
import { de } from '../../src/i18n/de.ts';
import { en } from '../../src/i18n/en.ts';
import { notFound } from '../../src/store/not-found.ts';

const SOURCES = new URL('../../src/', import.meta.url).pathname;
/** Command lines, what only they use, and the loopback Discord: their errors never reach a member of a server. */
const NOT_THE_BOT = /^(bench|cli|evaluation|models|rehearsal)\//;
const CODE = /[a-z]+(?:-[a-z]+)+/;
/** What makes a UserError: the class, and functions of a file that take its code first. */
const THROWN = new RegExp(String.raw`new UserError\(\s*'(${CODE.source})'`, 'gu');
const CHOSEN = new RegExp(String.raw`new UserError\([^'\n]*\? '(${CODE.source})' : '(${CODE.source})'`, 'gu');
const TOLD = /@throws UserError[^\n]*/gu;
const QUOTED = new RegExp(`\`(${CODE.source})\``, 'gu');
const MAKER = /function (\w+)\(\s*code: /gu;

/** Every code that the source throws or says that it throws. */
async function codesInSource(): Promise<Set<string>> {
  const codes = new Set<string>();
  for (const file of await readdir(SOURCES, { recursive: true })) {
    if (!file.endsWith('.ts') || NOT_THE_BOT.test(file) || file.startsWith('generated')) continue;
    const source = await readFile(join(SOURCES, file), 'utf8');
    const makers = [...source.matchAll(MAKER)].map(
      ([, name]) => new RegExp(String.raw`\b${name}\(\s*'(${CODE.source})'`, 'gu'),
    );
    for (const pattern of [THROWN, CHOSEN, ...makers]) {
      for (const [, ...found] of source.matchAll(pattern)) for (const code of found) if (code) codes.add(code);
    }
    for (const [line] of source.matchAll(TOLD)) for (const [, code] of line.matchAll(QUOTED)) codes.add(code ?? '');
  }
  return codes;
}

describe('what people read of errors', () => {
  test('given every code in the source, then it has a text in every language', async () => {
    const codes = await codesInSource();
    expect(codes.size).toBeGreaterThan(80);
    expect([...codes].filter((code) => !(code in en.errors)).sort()).toEqual([]);
    expect([...codes].filter((code) => !(code in de.errors)).sort()).toEqual([]);
  });

  test('given every text, then it says something without details too', () => {
    for (const { errors } of [en, de]) {
      for (const text of Object.values(errors)) expect(text(() => '').length).toBeGreaterThan(10);
    }
  });

  test('given details that people typed, then they can format nothing and take no more room than they should', () => {
    const name = `**bold** ${'x'.repeat(500)}`;
    const error = new UserError('character-unknown', {
      expected: 'a',
      got: 'b',
      todo: 'c',
      name,
      suggestions: ['_A_', 'B'],
    });
    const text = errorText(error, en);
    expect(text).toContain('\\*\\*bold\\*\\*');
    expect(text).toContain('Did you mean \\_A\\_ and B?');
    expect(text.length).toBeLessThan(400);
  });

  test('given a code without a text, then the English message of the error is read', () => {
    const error = new UserError('never-heard-of', { expected: 'one', got: 'two', todo: 'Try three.' });
    expect(errorText(error, de)).toBe('Expected one, but got two. Try three.');
    expect(errorText(notFound('story', '1'), de)).toContain('Diese Geschichte gibt es nicht mehr');
  });
});
