import { linspace } from './noise-schedule.ts';

/** bends the steps towards low noise (Karras et al. 2022, eq. 5 and appendix D.1) */
const RHO = 7;

/** `count` sigmas from `max` down to `min`, spaced evenly in sigma^(1/rho); a single one is `max`. */
export function karrasSigmas(max: number, min: number, count: number): number[] {
  return Array.from(linspace(max ** (1 / RHO), min ** (1 / RHO), count), (root) => root ** RHO);
}

/** sigma of a timestep that may be fractional: linear between its neighbours in the table [T], rising */
export function sigmaAt(timestep: number, table: Float64Array): number {
  const low = Math.min(Math.floor(timestep), table.length - 1);
  const high = Math.min(low + 1, table.length - 1);
  return mix(table[low] as number, table[high] as number, timestep - low);
}

/** The timestep that has this sigma, fractional: linear in log sigma, kept within the table [T], rising. */
export function timestepOfSigma(sigma: number, table: Float64Array): number {
  const above = table.findIndex((entry) => entry > sigma);
  if (above === 0) return 0;
  if (above < 0) return table.length - 1;
  const low = Math.log(table[above - 1] as number);
  const high = Math.log(table[above] as number);
  return above - 1 + (Math.log(sigma) - low) / (high - low);
}

function mix(a: number, b: number, weight: number): number {
  return a + (b - a) * weight;
}
