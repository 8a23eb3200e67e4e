import fc from 'fast-check';
import { expect, test } from 'vitest';
import { customId, parseCustomId } from '../../src/discord/custom-id.ts';

const part = fc.string({ maxLength: 30 }).filter((text) => !text.includes('|'));

test('given any parts that fit, then they are read back', () => {
  fc.assert(
    fc.property(part, fc.array(part, { maxLength: 2 }), (marker, args) => {
      fc.pre(marker.length + args.join('|').length < 80);
      expect(parseCustomId(customId('redraw', { marker, args }))).toEqual({ action: 'redraw', marker, args });
    }),
  );
});

test('given the longest that is used, a marker and an id, then it fits', () => {
  const id = customId('takes-panel', { marker: 'm'.repeat(12), args: ['0'.repeat(36), '12'] });
  expect(id.length).toBeLessThanOrEqual(100);
});

test('given what would be too long or ambiguous, then it is our mistake', () => {
  expect(() => customId('redraw', { args: ['x'.repeat(100)] })).toThrow(RangeError);
  expect(() => customId('redraw', { args: ['a|b'] })).toThrow(RangeError);
});

test("given others' custom ids, or of another version, then they are none of ours", () => {
  for (const id of ['', 'redraw', 't0|redraw||1', 't1', 't1||x', 'again']) expect(parseCustomId(id)).toBeUndefined();
});
