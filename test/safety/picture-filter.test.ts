import { expect, test } from 'vitest';
import { pictureTreatment } from '../../src/safety/picture-filter.ts';

const FLAGGED = { flagged: true, label: 'nsfw', score: 0.9 };
const CLEAN = { flagged: false, label: 'nsfw', score: 0.1 };

test.each([
  ['a clean picture', CLEAN, {}, false, 'show'],
  ['no filter', undefined, {}, false, 'show'],
  ['a flagged one', FLAGGED, {}, false, 'spoiler'],
  ['a flagged one to withhold', FLAGGED, { pictureFilter: 'withhold' }, false, 'withhold'],
  ['a flagged one and the filter off', FLAGGED, { pictureFilter: 'off' }, false, 'show'],
  ['a flagged one behind an age gate', FLAGGED, {}, true, 'show'],
  ['one to withhold behind an age gate', FLAGGED, { pictureFilter: 'withhold' }, true, 'spoiler'],
  ['an age gate that relaxes nothing', FLAGGED, { ageGatedFilter: 'standard' }, true, 'spoiler'],
  ['spoilers always', CLEAN, { spoilers: 'always' }, false, 'spoiler'],
  ['spoilers always, without a filter', undefined, { spoilers: 'always' }, true, 'spoiler'],
  [
    'spoilers always and one to withhold',
    FLAGGED,
    { spoilers: 'always', pictureFilter: 'withhold' },
    false,
    'withhold',
  ],
] as const)('given %s, then what becomes of it follows the settings', (_, verdict, settings, ageGated, treatment) => {
  expect(pictureTreatment(verdict, settings, { ageGated })).toBe(treatment);
});
