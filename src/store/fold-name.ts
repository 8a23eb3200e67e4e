/**
 * A name as it is compared: compatible forms of letters are one (NFKC), upper and lower case are one (by way of upper
 * case, so that ß is ss), and runs of spaces are one.
 */
export function foldName(name: string): string {
  return name.normalize('NFKC').toUpperCase().toLowerCase().normalize('NFKC').replace(/\s+/gu, ' ').trim();
}
