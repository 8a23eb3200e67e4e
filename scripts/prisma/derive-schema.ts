/** The databases that Troupe runs on. Each has a schema and migrations of its own, derived from one master schema. */
export const PROVIDERS = ['sqlite', 'postgresql'] as const;
export type Provider = (typeof PROVIDERS)[number];

const GENERATED_HEADER = '// Derived from ../schema.prisma by scripts/make-migration.ts: change that one.\n\n';

/** The master schema for one provider: another provider, and the client's folder seen from prisma/<provider>/. */
export function deriveSchema(master: string, provider: Provider): string {
  return (
    GENERATED_HEADER +
    replaceOnce(
      replaceOnce(master, 'provider = "sqlite"', `provider = "${provider}"`),
      '"../src/generated/sqlite"',
      `"../../src/generated/${provider}"`,
    )
  );
}

function replaceOnce(text: string, from: string, to: string): string {
  if (text.split(from).length !== 2) throw new Error(`prisma/schema.prisma has to contain ${from} exactly once.`);
  return text.replace(from, to);
}
