import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { MeasuringModel } from '../engine/weights/measuring-model.ts';
import { checksumOf } from '../models/checksum.ts';
import type { FoundMeasuring } from '../models/find-measuring.ts';
import { contentKey } from './content-key.ts';

/** A model that measured, for whoever reads the numbers. */
export interface MeasuredWith {
  readonly kind: string;
  readonly name: string;
  readonly hash: string;
  /** nobody named it: it is the only one of its kind that is installed */
  readonly onlyOne: boolean;
}

export async function measuredWith(found: FoundMeasuring): Promise<MeasuredWith> {
  const { kind, name, onlyOne } = found;
  return { kind: kind.name, name, onlyOne, hash: await measuringHash(found) };
}

/** Names a model that measures by its configuration and weights: another one measures otherwise. */
async function measuringHash({ folder, weights }: MeasuringModel): Promise<string> {
  const files = new Set([path.join(folder, 'config.json'), ...[...weights.values()].map(({ file }) => file)]);
  const digests: string[] = [];
  for (const file of files) digests.push(await checksumOf(file, 'sha256', (await stat(file)).size));
  return contentKey(digests);
}

export const measuredWithText = ({ kind, name, hash, onlyOne }: MeasuredWith): string =>
  `${kind}: ${name}, ${onlyOne ? 'the only one installed, ' : ''}\`${hash}\``;
