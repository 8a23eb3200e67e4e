import { defineConfig } from 'prisma/config';

// `prisma generate | validate | format` never run the schema engine, yet the CLI would download it first: any
// executable named here keeps it from that (docs/adr/0002).
if (process.argv.some((word) => ['generate', 'validate', 'format'].includes(word))) {
  process.env.PRISMA_SCHEMA_ENGINE_BINARY ??= process.execPath;
}

// No telemetry, and no look for updates, while dependencies are installed.
process.env.CHECKPOINT_DISABLE ??= '1';

export default defineConfig({ schema: 'prisma/sqlite/schema.prisma' });
