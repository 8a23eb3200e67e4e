import os from 'node:os';
import { buildCorrespondence } from '../graph/correspondence.ts';
import { OnnxSession, type Provider } from '../runtime/onnx-session.ts';

/**
 * Opens a small session and lets go of it: onnxruntime lists providers whose hardware or libraries may be missing.
 * @param providers in order of preference
 * @throws Error from onnxruntime, if the first of them can't be used here
 */
export async function assertStarts(providers: readonly Provider[]): Promise<void> {
  if (providers[0] === 'cpu') return;
  const session = await OnnxSession.create(buildCorrespondence(), {
    weightsFolder: os.tmpdir(),
    providers,
    threads: 1,
  });
  await session.release();
}
