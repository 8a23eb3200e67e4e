import { describe, expect, test } from 'vitest';
import { checkCommands } from '../../src/rehearsal/validation/commands.ts';
import { complaints, times } from './complaints.ts';

describe('command definitions', () => {
  const command = (more = {}) => [{ name: 'story', description: 'd', ...more }];
  const string = (name: string, more = {}) => ({ type: 3, name, description: 'd', ...more });
  test.each([
    [
      'a good one',
      command({ options: [string('a', { required: true }), string('b')], name_localizations: { de: 'geschichte' } }),
      [],
    ],
    ['Devanagari and hyphens', command({ name: 'कहानी-1' }), []],
    ['capitals', command({ name: 'Story' }), ['0.name: Command name is invalid']],
    ['a space', command({ name: 'my story' }), ['0.name: Command name is invalid']],
    [
      'a translated name in capitals',
      command({ name_localizations: { de: 'Geschichte' } }),
      ['0.name_localizations.de: Command name is invalid'],
    ],
    ['no description', command({ description: '' }), ['0.description: This field is required']],
    [
      'required after optional',
      command({ options: [string('a'), string('b', { required: true })] }),
      ['0.options.1: Required options must be placed before non-required options'],
    ],
    [
      '26 options',
      command({ options: times(26, (n) => string(`o${n}`)) }),
      ['0.options: Must be 25 or fewer in length.'],
    ],
    [
      'choices and autocomplete',
      command({ options: [string('a', { autocomplete: true, choices: [{ name: 'x', value: 'x' }] })] }),
      ['0.options.0.choices: choices cannot be used with autocomplete'],
    ],
    [
      'a number as a text choice',
      command({ options: [string('a', { choices: [{ name: 'x', value: 1 }] })] }),
      ['0.options.0.choices.0.value: Could not interpret value as string.'],
    ],
    [
      'options beside subcommands',
      command({ options: [string('a'), { type: 1, name: 's', description: 'd' }] }),
      ['0.options: Sub-command and sub-command group option types are mutually exclusive to all other types'],
    ],
    ['the same name twice', [...command(), ...command()], ['1: Application command names must be unique']],
  ])('given %s, then exactly that is said', (_, body, expected) => {
    const lines = complaints(body, checkCommands);
    expect(lines.filter((line) => !line.startsWith('0.name_localizations.xx'))).toEqual(expected);
  });

  test('given an unknown locale, then the known ones are listed', () => {
    expect(complaints(command({ name_localizations: { xx: 'a' } }), checkCommands)[0]).toContain(
      'Locale must be one of',
    );
  });
});
