import type { Connection } from './prisma-client.ts';

/** The hashes of all blobs that the database refers to: pictures, latents, canon files. */
export async function blobReferences(connection: Connection): Promise<Set<string>> {
  const [takes, canons, candidates] = [
    await connection.take.findMany({ select: { pictureHash: true, latentsHash: true } }),
    await connection.canon.findMany({ select: { blobHash: true, pictureHash: true } }),
    await connection.castingCandidate.findMany({ select: { pictureHash: true, canonBlobHash: true } }),
  ];
  const hashes = new Set<string>();
  for (const row of [...takes, ...canons, ...candidates]) {
    for (const hash of Object.values(row)) if (hash !== null) hashes.add(hash);
  }
  return hashes;
}
