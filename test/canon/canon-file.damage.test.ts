import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { decodeCanon, encodeCanon, MAX_CANON_BYTES } from '../../src/canon/canon-file.ts';
import { randomStream, uniforms } from '../../src/engine/random/random-stream.ts';
import { encodeSafetensors } from '../../src/engine/weights/safetensors.ts';
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

  it.each<[string, (json: Record<string, unknown>) => void, string]>([
    [
      'two characters of one name',
      (json) => {
        json.characters = [...(json.characters as unknown[]), ...(json.characters as unknown[])];
      },
      'one name',
    ],
    [
      'an anchor of a stranger',
      (json) => {
        json.characters = [{ name: 'Bo', looks: 'a bear', subject: 'bear' }];
      },
      'Bo',
    ],
    [
      'a character without an anchor',
      (json) => {
        (json.characters as unknown[]).push({ name: 'Bo', looks: 'a bear', subject: 'bear' });
      },
      'no anchor of Bo',
    ],
    [
      'somebody twice in an anchor',
      (json) => {
        (json.anchors as { concepts: string[] }[])[0]?.concepts.push('Rusty');
      },
      'twice',
    ],
    [
      'two anchors with one id',
      (json) => {
        for (const anchor of json.anchors as { id: number }[]) anchor.id = 1;
      },
      'one id',
    ],
    [
      'a seed beyond 64 bits',
      (json) => {
        Object.assign((json.anchors as object[])[0] ?? {}, { seed: '18446744073709551616' });
      },
      'seed',
    ],
    [
      'a seed that is no number',
      (json) => {
        Object.assign((json.anchors as object[])[0] ?? {}, { seed: '7; DROP TABLE' });
      },
      'seed',
    ],
  ])('given %s, then it is refused', (_, change, part) => {
    expect(unreadable(editCanon(bytes, change)).context.got).toContain(part);
  });

  it.each<[string, Parameters<typeof editCanon>[1], string]>([
    ['a missing tensor', (_, tensors) => void delete tensors['anchors.1.latents'], 'anchors.1.latents is missing'],
    [
      'a missing mask',
      (_, tensors) => void delete tensors['anchors.0.masks.Rusty'],
      'anchors.0.masks.Rusty is missing',
    ],
    [
      'latents of another type',
      (_, tensors) => {
        tensors['anchors.0.latents'] = { type: 'float16', shape: [2, 4, 8], data: new Uint16Array(64) };
      },
      'float16 [2,4,8]',
    ],
    [
      'masks of another shape',
      (_, tensors) => {
        tensors['anchors.0.masks.Rusty'] = { type: 'uint8', shape: [8], data: new Uint8Array(8) };
      },
      'uint8 [8]',
    ],
    [
      'masks that are neither 0 nor 1',
      (_, tensors) => {
        tensors['anchors.0.masks.Rusty'] = { type: 'uint8', shape: [2, 4], data: new Uint8Array(8).fill(255) };
      },
      '0 and 1',
    ],
    ...[Number.NaN, Number.POSITIVE_INFINITY].map((bad): [string, Parameters<typeof editCanon>[1], string] => [
      `latents of ${bad}`,
      (_, tensors) => {
        tensors['anchors.1.latents'] = { type: 'float32', shape: [2, 4, 8], data: new Float32Array(64).fill(bad, 63) };
      },
      'not numbers',
    ]),
  ])('given %s, then it is named', (_, change, part) => {
    expect(unreadable(editCanon(bytes, change)).context.got).toContain(part);
  });

  it('given another safetensors file, a pickle, or far too much, then it is unreadable', () => {
    const tensors = encodeSafetensors({ w: { type: 'float32', shape: [1], data: Float32Array.of(1) } });
    expect(unreadable(tensors).message).toContain('without a canon');
    unreadable(Buffer.from('\x80\x04\x95\x10\x00\x00\x00\x00\x00\x00\x00}\x94', 'latin1'));
    expect(unreadable(new Uint8Array(MAX_CANON_BYTES + 1)).context.got).toBe(`${MAX_CANON_BYTES + 1} bytes`);
  });
});
