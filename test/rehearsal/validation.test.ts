import { describe, expect, test } from 'vitest';
import { isUnicodeEmoji } from '../../src/rehearsal/validation/component-parts.ts';
import { checkMessage } from '../../src/rehearsal/validation/message.ts';
import { checkModal } from '../../src/rehearsal/validation/modal.ts';
import { complaints, times } from './complaints.ts';

const V2 = 1 << 15;

const message = (body: unknown, uploaded: string[] = []) =>
  complaints(body, (form) => checkMessage(form, { uploaded }));
const button = (id: string, more = {}) => ({ type: 2, style: 1, custom_id: id, label: id, ...more });
const row = (...components: object[]) => ({ type: 1, components });
const text = (content: string) => ({ type: 10, content });
const option = (n: number) => ({ label: `${n}`, value: `${n}` });

describe('messages', () => {
  test.each([
    ['2000 characters, counted by code points', { content: '🦊'.repeat(2000) }, []],
    ['2001 characters', { content: 'x'.repeat(2001) }, ['content: Must be 2000 or fewer in length.']],
    ['content that is no text', { content: 7 }, ['content: Could not interpret value as string.']],
    ['a title of 257', { embeds: [{ title: 'x'.repeat(257) }] }, ['embeds.0.title: Must be 256 or fewer in length.']],
    [
      '26 fields',
      { embeds: [{ fields: times(26, () => ({ name: 'n', value: 'v' })) }] },
      ['embeds.0.fields: Must be 25 or fewer in length.'],
    ],
    [
      'a field without value',
      { embeds: [{ fields: [{ name: 'n' }] }] },
      ['embeds.0.fields.0.value: This field is required'],
    ],
    [
      'embeds of 6001 in total',
      { embeds: [{ description: 'x'.repeat(4000) }, { description: 'x'.repeat(2001) }] },
      ['embeds: Embed size exceeds maximum size of 6000'],
    ],
    ['an empty embed', { embeds: [{}] }, ['embeds.0.description: This field is required']],
    [
      'users parsed and listed',
      { allowed_mentions: { parse: ['users'], users: ['1'] } },
      ['allowed_mentions: parse:["users"] and users: [ids...] are mutually exclusive.'],
    ],
    ['a flag that is not theirs to set', { content: 'x', flags: 1 << 6 }, ["flags: Flags 64 can't be set here"]],
  ])('given %s, then exactly that is said', (_, body, expected) => {
    expect(message(body)).toEqual(expected);
  });
});

describe('components', () => {
  test.each([
    ['five rows of five buttons', times(5, (r) => row(...times(5, (b) => button(`${r}${b}`)))), []],
    ['six rows', times(6, (r) => row(button(`${r}`))), ['components: Must be 5 or fewer in length.']],
    [
      'six buttons in a row',
      [row(...times(6, (b) => button(`${b}`)))],
      [
        'components.0.components: Must be between 1 and 5 in length.',
        'components.0: The specified component exceeds the maximum width',
      ],
    ],
    [
      'a custom id twice',
      [row(button('a'), button('a'))],
      ['components.0.components.1.custom_id: Component custom id cannot be duplicated'],
    ],
    [
      'a custom id of 101',
      [row(button('x'.repeat(101), { label: 'l' }))],
      ['components.0.components.0.custom_id: Must be between 1 and 100 in length.'],
    ],
    [
      'a label of 81',
      [row(button('a', { label: 'x'.repeat(81) }))],
      ['components.0.components.0.label: Must be 80 or fewer in length.'],
    ],
    [
      'neither label nor emoji',
      [row(button('a', { label: undefined }))],
      ['components.0.components.0: Button must have a label or an emoji'],
    ],
    [
      'a button beside a select',
      [row(button('a'), { type: 5, custom_id: 's' })],
      ['components.0: The specified component exceeds the maximum width'],
    ],
    [
      '26 options',
      [row({ type: 3, custom_id: 's', options: times(26, option) })],
      ['components.0.components.0.options: Must be between 1 and 25 in length.'],
    ],
    [
      'a value twice',
      [row({ type: 3, custom_id: 's', options: [option(1), { label: 'b', value: '1' }] })],
      ['components.0.components.0.options.1.value: The specified option value is already used'],
    ],
    ['V2 without its flag', [text('hello')], ['components.0.type: Value must be one of {1}.']],
  ])('given %s, then exactly that is said', (_, components, expected) => {
    expect(message({ components })).toEqual(expected);
  });

  test.each([
    ['a container', [{ type: 17, components: [text('a'), row(button('b'))] }], []],
    ['41 components', times(41, () => text('a')), ['components: Must be 40 or fewer in length.']],
    [
      '4001 characters in total',
      [text('x'.repeat(4000)), text('y')],
      ['components: Components displayable text size exceeds maximum size of 4000'],
    ],
    ['an attachment that is there', [{ type: 12, items: [{ media: { url: 'attachment://grid.png' } }] }], []],
    [
      'an attachment that is not',
      [{ type: 12, items: [{ media: { url: 'attachment://gird.png' } }] }],
      ['components.0.items.0.media.url: The referenced attachment "gird.png" was not found'],
    ],
    [
      'eleven pictures',
      [{ type: 12, items: times(11, () => ({ media: { url: 'https://x.test/a.png' } })) }],
      ['components.0.items: Must be between 1 and 10 in length.'],
    ],
    [
      'a container in a container',
      [{ type: 17, components: [{ type: 17, components: [text('a')] }] }],
      ['components.0.components.0.type: Value must be one of {1, 9, 10, 12, 13, 14}.'],
    ],
    [
      'a section without accessory',
      [{ type: 9, components: [text('a')] }],
      ['components.0.accessory: This field is required'],
    ],
  ])('given V2 with %s, then exactly that is said', (_, components, expected) => {
    expect(message({ flags: V2, components }, ['grid.png'])).toEqual(expected);
  });

  test('given V2 with content or embeds, then they are refused', () => {
    expect(message({ flags: V2, content: 'x', embeds: [{ title: 'y' }], components: [text('a')] })).toEqual([
      "content: The 'content' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
      "embeds: The 'embeds' field cannot be used when using MessageFlags.IS_COMPONENTS_V2",
    ]);
  });
});

describe('modals', () => {
  const input = (more = {}) => ({ type: 4, custom_id: 'i', style: 1, label: 'Label', ...more });
  const modal = (more = {}) => ({ title: 'Title', custom_id: 'm', components: [row(input())], ...more });
  test.each([
    ['a good one', modal(), []],
    [
      'a labelled select',
      modal({ components: [{ type: 18, label: 'L', component: { type: 3, custom_id: 's', options: [option(1)] } }] }),
      [],
    ],
    ['a title of 46', modal({ title: 'x'.repeat(46) }), ['title: Must be between 1 and 45 in length.']],
    [
      'six rows',
      modal({ components: times(6, (n) => row(input({ custom_id: `${n}` }))) }),
      ['components: Must be between 1 and 5 in length.'],
    ],
    ['no rows', modal({ components: [] }), ['components: Must be between 1 and 5 in length.']],
    [
      'a button',
      modal({ components: [row(button('a'))] }),
      ['components.0.components.0.type: Value must be one of {4}.'],
    ],
    [
      'a prepared value that is too long',
      modal({ components: [row(input({ max_length: 3, value: 'long' }))] }),
      ['components.0.components.0.value: Must be between 0 and 3 in length.'],
    ],
  ])('given %s, then exactly that is said', (_, body, expected) => {
    expect(complaints(body, checkModal)).toEqual(expected);
  });
});

test.each([
  ['1️⃣', true],
  ['🔁', true],
  ['🇩🇪', true],
  ['👩🏽‍🚀', true],
  ['1', false],
  ['fox', false],
  ['fox:123', false],
])('given %s as an emoji, then it is known: %s', (emoji, known) => {
  expect(isUnicodeEmoji(emoji)).toBe(known);
});
