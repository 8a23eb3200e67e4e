import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { encodeCanon, MAX_CANON_BYTES } from '../../src/canon/canon-file.ts';
import { openCanon } from '../../src/canon/open-canon.ts';
import { UserError } from '../../src/errors/user-error.ts';
import { canonOf, stored } from '../support/canons.ts';

describe('openCanon', () => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'troupe-canon-'));
  afterAll(() => fs.rmSync(folder, { recursive: true }));

  it('given a file, then it is the canon in it', async () => {
    const file = path.join(folder, 'a.canon');
    fs.writeFileSync(file, encodeCanon(canonOf()));
    expect(await openCanon(file)).toEqual(stored(canonOf()));
  });

  it.each([
    ['no file', () => path.join(folder, 'none.canon'), 'ENOENT'],
    ['a folder', () => folder, 'a folder'],
    ['a device that never ends', () => '/dev/zero', 'something else than a file'],
    [
      'a huge file',
      () => {
        const file = path.join(folder, 'huge.canon');
        fs.writeFileSync(file, '');
        fs.truncateSync(file, MAX_CANON_BYTES + 1);
        return file;
      },
      'more than a canon has',
    ],
  ])('given %s, then it says so', async (_, file, part) => {
    const error = await openCanon(file()).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(UserError);
    expect((error as UserError).code).toBe('canon-unreadable');
    expect((error as UserError).message).toContain(part);
  });
});
