import fs from 'node:fs';
import path from 'node:path';
import { z } from 'zod';
import { readJson } from '../engine/weights/read-json.ts';

const FILE = 'troupe-receipt.json';

const RECEIPT = z.object({
  source: z.string(),
  /** of the hub's repository; none for what was copied from a folder */
  commit: z.string().optional(),
  license: z.string().optional(),
  added: z.iso.datetime(),
  files: z.array(
    z.object({
      path: z.string(),
      size: z.int().nonnegative(),
      checksum: z.object({ kind: z.enum(['sha256', 'git-blob']), digest: z.string() }),
    }),
  ),
});

/** Where an installed model is from, and what its files have to be. */
export type Receipt = z.infer<typeof RECEIPT>;

export function writeReceipt(folder: string, receipt: Receipt): void {
  fs.writeFileSync(path.join(folder, FILE), `${JSON.stringify(receipt, undefined, 2)}\n`);
}

/** @returns undefined for a model that wasn't installed by Troupe. @throws UserError `json-unreadable`, `json-invalid` */
export function readReceipt(folder: string): Receipt | undefined {
  const file = path.join(folder, FILE);
  return fs.existsSync(file) ? readJson(file, RECEIPT) : undefined;
}
