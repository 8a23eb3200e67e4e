import { existsSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BlobStore } from '../../blobs/blob-store.ts';
import { parseDatabaseUrl } from '../../store/database-url.ts';
import { openStore } from '../../store/store.ts';
import { bad, type Finding, warning, well } from './finding.ts';

/** Problems shown by name; more are counted. */
const SHOWN = 5;
const RESTORE = 'Restore the newest backup that is sound (docs/operations.md, "Backup").';

/** Brings the database up to date as a start would, and looks at every row and at the blobs that they name. */
export async function examineDatabase(databaseUrl: string, blobs: BlobStore): Promise<Finding[]> {
  const location = parseDatabaseUrl(databaseUrl);
  if (location.provider === 'sqlite' && !existsSync(location.path)) {
    return [well('database', `none yet at ${location.path}; the first start makes it`)];
  }
  const store = await openStore({ databaseUrl, clock: Date });
  try {
    const problems = await store.checkIntegrity();
    const missing: string[] = [];
    const references = await store.blobReferences();
    for (const hash of references) if (!(await blobs.has(hash))) missing.push(hash);
    const paused = await store.jobs.paused();
    return [
      well('database', `${location.provider}, all migrations applied`),
      problems.length === 0
        ? well('integrity of the database', 'sound')
        : bad('integrity of the database', some(problems), RESTORE),
      missing.length === 0
        ? well('blobs', `all ${references.size} that are in use are there`)
        : bad('blobs', `${missing.length} of ${references.size} are missing: ${some(missing)}`, RESTORE),
      ...(paused
        ? [
            warning(
              'queue',
              `paused since ${paused.since.toISOString()}: ${paused.reason}`,
              'Resume it once the reason is gone.',
            ),
          ]
        : []),
    ];
  } finally {
    await store.close();
  }
}

/** @param folder that is there */
export async function examineBlobsFolder(folder: string): Promise<Finding[]> {
  const probe = join(folder, `.troupe-doctor-${process.pid}.part`);
  try {
    await writeFile(probe, 'probe');
    return [well('blobs folder', `${folder} can be written`)];
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return [bad('blobs folder', reason, 'Give the user that runs the bot the right to write there.')];
  } finally {
    await rm(probe, { force: true });
  }
}

function some(problems: readonly string[]): string {
  const more = problems.length - SHOWN;
  return problems.slice(0, SHOWN).join('; ') + (more > 0 ? `; and ${more} more` : '');
}
