import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCanon, encodeCanon } from '../../src/canon/canon-file.ts';
import { randomStream, uniforms } from '../../src/engine/random/random-stream.ts';
import { UserError } from '../../src/errors/user-error.ts';
import { canonOf, editCanon } from '../support/canons.ts';
import { refusal } from '../support/refusal.ts';

const bytes = encodeCanon(canonOf());
const unreadable = (attempt: Uint8Array): UserError => {
  const error = refusal(() => decodeCanon(attempt, 'rusty.canon'));
  expect(error.code).toBe('canon-unreadable');
  expect(error.message).toContain('rusty.canon');
  return error;
};

describe('decodeCanon, damaged files', () => {
  it('given the file cut off anywhere, then it is unreadable', () => {
    for (let length = 0; length < bytes.length; length++) unreadable(bytes.subarray(0, length));
  });

  it('given 5,000 mutations, then it is read or unreadable, and nothing else happens', () => {
    let read = 0;
    for (let i = 0; i < 5000; i++) {
      const numbers = uniforms(randomStream({ seed: 1n, purpose: 'latents', panel: i, revision: 0 }), 9);
      const mutated = Uint8Array.from(bytes);
      for (let change = 0; change < 1 + (i % 4); change++) {
        const at = Math.floor((numbers[change * 2] as number) * bytes.length);
        mutated[at] = Math.floor((numbers[change * 2 + 1] as number) * 256);
      }
      try {
        decodeCanon(mutated, 'test');
        read++; // another letter in a prompt, another latent
      } catch (error) {
        if (!(error instanceof UserError) || error.code !== 'canon-unreadable') throw error;
      }
    }
    console.info(`canon: ${read} of 5000 mutated files are canons still`);
    expect(read).toBeGreaterThan(0);
    expect(read).toBeLessThan(5000);
  });

  it('given any JSON in its place, then it is unreadable', () => {
    fc.assert(
      fc.property(fc.json(), (json) => {
        unreadable(editCanon(bytes, () => json));
      }),
      { numRuns: 200 },
    );
  });

  it('given any value in the place of any field, then only a UserError is thrown', () => {
    const json: Record<string, unknown> = {};
    editCanon(bytes, (value) => Object.assign(json, value));
    const paths: string[][] = [];
    const walk = (value: unknown, at: string[]) => {
      if (at.length > 0) paths.push(at);
      if (typeof value === 'object' && value !== null) for (const [k, v] of Object.entries(value)) walk(v, [...at, k]);
    };
    walk(json, []);
    fc.assert(
      fc.property(fc.constantFrom(...paths), fc.jsonValue(), (at, value) => {
        const changed = editCanon(bytes, (copy) => {
          const parent = at
            .slice(0, -1)
            .reduce<Record<string, unknown>>((o, k) => o[k] as Record<string, unknown>, copy);
          parent[at.at(-1) as string] = value;
        });
        try {
          decodeCanon(changed, 'test');
        } catch (error) {
          if (!(error instanceof UserError) || error.code !== 'canon-unreadable') throw error;
        }
      }),
      { numRuns: 500 },
    );
  });

  it.each<[string, (json: Record<string, unknown>) => unknown, string]>([
    ['of a later version', (json) => void Object.assign(json, { version: 2 }), 'version 2'],
    ['without a version', (json) => void Reflect.deleteProperty(json, 'version'), 'version undefined'],
    ['with a field that this version does not know', (json) => void Object.assign(json, { more: 1 }), 'more'],
    ['without anchors', (json) => void Object.assign(json, { anchors: [] }), 'anchors'],
    ['without characters', (json) => void Object.assign(json, { characters: [] }), 'characters'],
    ['of wild size', (json) => void Object.assign(json, { latentShape: [4096, 4096, 4096] }), 'anchors.0.latents'],
    ['with a negative shape', (json) => void Object.assign(json, { latentShape: [-2, -4, 8] }), 'latentShape'],
    [
      'with a fraction of a shape',
      (json) => void Object.assign(json, { maskGrid: { height: 0.5, width: 16 } }),
      'maskGrid',
    ],
    [
      'with a shape of the same volume',
      (json) => void Object.assign(json, { latentShape: [2, 8, 4] }),
      'anchors.0.latents',
    ],
    ['that is null', () => 'null', 'version undefined'],
    ['that is an array', () => '[]', 'version undefined'],
    ['that is no JSON', () => '{', 'damaged JSON'],
    ['nested deeply', () => '['.repeat(50_000) + ']'.repeat(50_000), ''],
  ])('given JSON %s, then the message says so', (_, change, part) => {
    expect(unreadable(editCanon(bytes, change)).context.got).toContain(part);
  });
});
