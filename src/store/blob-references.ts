import { blobHashes } from '../blobs/named-blobs.ts';
import type { Connection } from './prisma-client.ts';

/** The hashes of all blobs that the database refers to: pictures, latents, canon files, and what waiting jobs work from. */
export async function blobReferences(connection: Connection): Promise<Set<string>> {
  const jobs = { status: { in: ['queued', 'running'] } };
  return blobHashes([
    await connection.take.findMany({ select: { pictureHash: true, latentsHash: true } }),
    await connection.canon.findMany({ select: { blobHash: true, pictureHash: true } }),
    await connection.castingCandidate.findMany({ select: { pictureHash: true, canonBlobHash: true } }),
    await connection.job.findMany({ where: jobs, select: { payload: true } }),
  ]);
}
