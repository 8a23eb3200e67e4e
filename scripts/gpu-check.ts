import os from 'node:os';
import { listProviders, runtimeVersion } from '../src/engine/runtime/onnx-session.ts';
import { UserError } from '../src/errors/user-error.ts';
import { runGpuCheck } from '../src/gpu-check/run-gpu-check.ts';

const COULD_NOT_CHECK = 2;

try {
  process.exitCode = await runGpuCheck(process.argv.slice(2), {
    write: (text) => process.stdout.write(text),
    available: listProviders(),
    machine: `onnxruntime ${runtimeVersion()}, Node ${process.version}, ${process.platform} ${process.arch}, ${os.cpus()[0]?.model ?? ''}`,
  });
} catch (error) {
  if (!(error instanceof UserError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = COULD_NOT_CHECK;
}
