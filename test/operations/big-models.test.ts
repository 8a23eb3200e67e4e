import fs from 'node:fs';
import { expect, it } from 'vitest';
import { BIG_MODELS, writeCheckpoint } from '../../scripts/big-models/write-checkpoint.ts';
import { planFor } from '../../src/engine/pipeline/memory-estimate.ts';
import { openModel } from '../../src/engine/weights/open-model.ts';
import { temporaryFolder } from '../support/story-runs.ts';

it.each(BIG_MODELS)(
  'given a checkpoint of the size of %s, then it opens, and needs half of the file in half precision',
  (name) => {
    const place = temporaryFolder();
    try {
      const needed = (type: 'float16' | 'float32') => {
        const file = place.at(`${type}.safetensors`);
        writeCheckpoint(file, name, type, 'zeros');
        fs.writeFileSync(place.at(`${type}.troupe.json`), '{"prediction":"epsilon"}');
        const model = openModel(file);
        return planFor(model, { size: { width: 256, height: 256 }, panels: 1 }, { limit: 0 }).needed;
      };
      expect(needed('float16') / needed('float32')).toBeLessThan(0.75);
    } finally {
      place.remove();
    }
  },
);
