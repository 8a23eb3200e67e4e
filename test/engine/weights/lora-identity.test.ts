import { createHash } from 'node:crypto';
import fs from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import { adaptedIdentity, inOrder, loraHash, type WeightedLora } from '../../../src/engine/weights/lora-identity.ts';
import { POCKET } from '../../support/fixtures.ts';
import { refusal } from '../../support/refusal.ts';

const MODEL = { name: 'pocket', hash: 'ab'.repeat(32) };
const lora = (name: string, digit: string, weight = 1): WeightedLora => ({
  file: `/loras/${name}.safetensors`,
  name,
  hash: digit.repeat(64),
  weight,
});

describe('adaptedIdentity', () => {
  it('given no LoRA, or some of weight 0, then it is the model’s own', () => {
    expect(adaptedIdentity(MODEL, [])).toEqual(MODEL);
    expect(adaptedIdentity(MODEL, inOrder([lora('noir', '1', 0)]))).toEqual(MODEL);
  });

  it('given LoRAs, then it names each with hash and weight, and has a hash of its own', () => {
    const { name, hash } = adaptedIdentity(MODEL, inOrder([lora('noir', '1', 0.8), lora('ink', '2', -1)]));
    expect(name).toBe('pocket + noir (111111111111) at 0.8 + ink (222222222222) at -1');
    expect(hash).toMatch(/^[0-9a-f]{64}$/u);
  });

  it('given another order, then it is the same; another weight, file or model, then another', () => {
    const of = (model: typeof MODEL, ...loras: WeightedLora[]) => adaptedIdentity(model, inOrder(loras)).hash;
    const one = of(MODEL, lora('noir', '1', 0.8), lora('ink', '2'));
    expect(of(MODEL, lora('ink', '2'), lora('noir', '1', 0.8))).toBe(one);
    expect(of(MODEL, lora('renamed', '1', 0.8), lora('ink', '2'))).toBe(one);
    const others = [
      of(MODEL, lora('noir', '1', 0.7), lora('ink', '2')),
      of(MODEL, lora('noir', '1', 0.8)),
      of(MODEL, lora('noir', '3', 0.8), lora('ink', '2')),
      of({ ...MODEL, hash: 'cd'.repeat(32) }, lora('noir', '1', 0.8), lora('ink', '2')),
      MODEL.hash,
    ];
    expect(new Set([one, ...others]).size).toBe(others.length + 1);
  });

  it('given the same file twice, by one name or two, then both names are told', () => {
    const error = refusal(() => inOrder([lora('noir', '1'), lora('ink', '1')]));
    expect(error.code).toBe('lora-twice');
    expect(error.message).toMatch(/noir\.safetensors and .*ink\.safetensors/u);
    expect(refusal(() => inOrder([lora('noir', '1'), lora('noir', '1')])).message).toContain('noir.safetensors twice');
  });
});

it('given a file, then loraHash is its sha256', async () => {
  const file = path.join(POCKET, 'README.md');
  expect(await loraHash(file)).toBe(createHash('sha256').update(fs.readFileSync(file)).digest('hex'));
  await expect(loraHash(file, { signal: AbortSignal.abort() })).rejects.toThrow(/abort/iu);
});
