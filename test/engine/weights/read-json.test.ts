import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ANY_OBJECT, readJson } from '../../../src/engine/weights/read-json.ts';
import { refusal } from '../../support/refusal.ts';

let folder: string;
beforeEach(() => {
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-json-'));
});
afterEach(() => fs.rmSync(folder, { recursive: true, force: true }));

const read = (json: string) => {
  const file = path.join(folder, 'scheduler_config.json');
  fs.writeFileSync(file, json);
  return readJson(file, ANY_OBJECT);
};

describe('given a file that Python wrote', () => {
  it('then its infinities are numbers, and texts that only look like them stay texts', () => {
    const written = '{"lambda_min_clipped": -Infinity, "a": [Infinity], "-Infinity": "to \\"Infinity\\", -Infinity"}';
    expect(read(written)).toEqual({
      lambda_min_clipped: Number.NEGATIVE_INFINITY,
      a: [Number.POSITIVE_INFINITY],
      '-Infinity': 'to "Infinity", -Infinity',
    });
  });

  it.each(['{"a": Infinit}', '{"a": xInfinity}', '{"a": "Infinity}', '{"a": NaN}', ''])(
    'then %s is no JSON all the same',
    (written) => {
      expect(refusal(() => read(written)).code).toBe('json-unreadable');
    },
  );
});
