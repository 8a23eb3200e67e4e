import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import {
  bindMigrationAwareSqlAdapterFactory,
  type SqlMigrationAwareDriverAdapterFactory,
} from '@prisma/driver-adapter-utils';
import * as bindings from '@prisma/schema-engine-wasm/schema_engine_bg';
import type { Provider } from './derive-schema.ts';

/** `diff`'s exit code when the schemas differ, as `prisma migrate diff --exit-code` has it. */
const DIFFERENT = 2;

/** SQL that leads from one schema (none: an empty database) to the other, or undefined if nothing is to be done. */
export async function diffSchemas(
  provider: Provider,
  from: string | undefined,
  to: string,
): Promise<string | undefined> {
  await initialize();
  const engine = await bindings.SchemaEngine.new(
    { datamodels: [['schema.prisma', to]] },
    () => undefined,
    bindMigrationAwareSqlAdapterFactory(unconnected(provider)),
  );
  try {
    const { stdout, exitCode } = await engine.diff({
      from: from === undefined ? { tag: 'empty' } : datamodel(from),
      to: datamodel(to),
      script: true,
      exitCode: true,
      filters: { externalTables: [], externalEnums: [] },
    });
    return exitCode === DIFFERENT ? (stdout ?? undefined) : undefined;
  } finally {
    engine.free();
  }
}

function datamodel(content: string) {
  return { tag: 'schemaDatamodel' as const, files: [{ path: 'schema.prisma', content }] };
}

/** What is used of WebAssembly, whose types come with the DOM's only. */
interface WebAssemblyApi {
  readonly Module: new (bytes: Uint8Array) => object;
  readonly Instance: new (module: object, imports: object) => { readonly exports: { __wbindgen_start(): void } };
}

let initialized: Promise<void> | undefined;

/** The package's own entry imports the .wasm file as a module, which Node 20 can't; its bindings take an instance. */
function initialize(): Promise<void> {
  initialized ??= (async () => {
    const file = new URL('./schema_engine_bg.wasm', import.meta.resolve('@prisma/schema-engine-wasm'));
    const { WebAssembly } = globalThis as unknown as { WebAssembly: WebAssemblyApi };
    const module = new WebAssembly.Module(await readFile(fileURLToPath(file)));
    const { exports } = new WebAssembly.Instance(module, { './schema_engine_bg.js': bindings });
    bindings.__wbg_set_wasm(exports);
    exports.__wbindgen_start();
  })();
  return initialized;
}

/** The engine wants a database to speak of, but a diff of two schemas asks it nothing. */
function unconnected(provider: Provider): SqlMigrationAwareDriverAdapterFactory {
  const sqlite = provider === 'sqlite';
  const connection = {
    provider: sqlite ? ('sqlite' as const) : ('postgres' as const),
    adapterName: 'unconnected',
    dispose: async () => undefined,
    executeScript: async () => undefined,
    executeRaw: async () => 0,
    queryRaw: async () => ({ columnNames: [], columnTypes: [], rows: [] }),
    startTransaction: async () => {
      throw new Error('A diff of schemas runs no transaction.');
    },
    getConnectionInfo: () => ({ schemaName: sqlite ? 'main' : 'public', supportsRelationJoins: false }),
  };
  return { ...connection, connect: async () => connection, connectToShadowDb: async () => connection };
}
