import { describe, expect, it } from 'vitest';
import { decodeCanon, encodeCanon, MAX_CANON_BYTES } from '../../src/canon/canon-file.ts';
import { encodeSafetensors } from '../../src/engine/weights/safetensors.ts';
import type { UserError } from '../../src/errors/user-error.ts';
import { canonOf, editCanon } from '../support/canons.ts';
import { refusal } from '../support/refusal.ts';

const bytes = encodeCanon(canonOf());
const unreadable = (attempt: Uint8Array): UserError => {
  const error = refusal(() => decodeCanon(attempt, 'rusty.canon'));
  expect(error.code).toBe('canon-unreadable');
  expect(error.message).toContain('rusty.canon');
  return error;
};

describe('decodeCanon, sound files with wrong contents', () => {
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
