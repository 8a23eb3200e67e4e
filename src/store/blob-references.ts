import { blobHashes } from '../blobs/named-blobs.ts';
import type { Connection } from './prisma-client.ts';

/** Each is bound twice in a query, and databases take some 32 000 values in one. */
const MOST_NAMED = 10_000;

/**
 * The hashes of all blobs that the database refers to: pictures, latents, canon files, and what waiting jobs work from.
 * @param among only these matter: most of the database needn't be brought here then
 */
export async function blobReferences(connection: Connection, among?: ReadonlySet<string>): Promise<Set<string>> {
  const one = among && among.size <= MOST_NAMED ? { in: [...among] } : undefined;
  const either = (...columns: string[]) => one && { OR: columns.map((name) => ({ [name]: one })) };
  const jobs = { status: { in: ['queued', 'running'] } };
  return blobHashes([
    await connection.take.findMany({
      where: either('pictureHash', 'latentsHash'),
      select: { pictureHash: true, latentsHash: true },
    }),
    await connection.canon.findMany({
      where: either('blobHash', 'pictureHash'),
      select: { blobHash: true, pictureHash: true },
    }),
    await connection.castingCandidate.findMany({
      where: either('pictureHash', 'canonBlobHash'),
      select: { pictureHash: true, canonBlobHash: true },
    }),
    await connection.job.findMany({ where: jobs, select: { payload: true } }),
  ]);
}
