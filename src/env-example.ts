import { VARIABLES } from './config.ts';

/** `.env.example`, from the same table. */
export function envExample(): string {
  const sections = new Map<string, string[]>();
  for (const [name, { section, about, example }] of Object.entries(VARIABLES)) {
    sections.set(section, [...(sections.get(section) ?? []), `# ${about}\n${name}=${example}`]);
  }
  const parts = [...sections].map(([section, lines]) => `## ${section}\n\n${lines.join('\n\n')}`);
  return `# Settings of Troupe. Copy this to .env; what is left out or empty is as it is here.\n# Made by \`npm run env-example\` from src/config.ts.\n\n${parts.join('\n\n')}\n`;
}
