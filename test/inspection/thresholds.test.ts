import { readFileSync } from 'node:fs';
import path from 'node:path';
import { describe, expect, it } from 'vitest';
import type { SignatureResults } from '../../src/evaluation/signatures/signature-results.ts';
import { THRESHOLDS } from '../../src/inspection/thresholds.ts';

const RESULTS = path.resolve(import.meta.dirname, '../../docs/results/signatures.json');

describe('thresholds', () => {
  it('given the committed results, then the bot warns from where these were measured', () => {
    const { detectors } = JSON.parse(readFileSync(RESULTS, 'utf8')) as SignatureResults;
    const chosen = detectors.map(({ signature, threshold }) => [signature, Number(threshold?.toFixed(3))]);
    expect(THRESHOLDS).toEqual(Object.fromEntries(chosen));
  });
});
