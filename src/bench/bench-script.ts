/** Path of a program in scripts/bench/, which the bench starts in a process of its own. */
export const benchScript = (name: string): string => new URL(`../../scripts/bench/${name}`, import.meta.url).pathname;
