import { z } from 'zod';
import { flopsOf } from './flops.ts';

const shapes = z.array(z.record(z.string(), z.array(z.number()))).optional();
const event = z.object({
  cat: z.string(),
  name: z.string(),
  /** microseconds */
  ts: z.number(),
  dur: z.number(),
  args: z.object({ op_name: z.string().optional(), input_type_shape: shapes, output_type_shape: shapes }).loose(),
});

/** All operators of one kind in one run of a graph. */
export interface OperatorShare {
  readonly operator: string;
  readonly count: number;
  /** milliseconds */
  readonly time: number;
  readonly flops: number;
}

/** One run of a graph. */
export interface ProfiledRun {
  /** milliseconds, all of the run */
  readonly time: number;
  /** the one that took the most time first */
  readonly operators: readonly OperatorShare[];
}

const MICROSECONDS_PER_MS = 1e3;
const KERNEL = /_kernel_time$/;

/** onnxruntime's profile of a session -> its runs in their order. */
export function readProfile(json: string): ProfiledRun[] {
  const events = z.array(event.catch(SKIPPED)).parse(JSON.parse(json));
  const kernels = events.filter(({ cat, name }) => cat === 'Node' && KERNEL.test(name));
  const runs = events.filter(({ cat, name }) => cat === 'Session' && name === 'model_run').sort((a, b) => a.ts - b.ts);
  return runs.map(({ ts, dur }) => ({
    time: dur / MICROSECONDS_PER_MS,
    operators: byOperator(kernels.filter((kernel) => kernel.ts >= ts && kernel.ts < ts + dur)),
  }));
}

/** Events without a duration are of no use here. */
const SKIPPED = { cat: '', name: '', ts: 0, dur: 0, args: {} };

function byOperator(kernels: readonly z.output<typeof event>[]): OperatorShare[] {
  const shares = new Map<string, OperatorShare>();
  for (const { dur, args } of kernels) {
    const operator = args.op_name ?? 'unknown';
    const [inputs = [], outputs = []] = [args.input_type_shape, args.output_type_shape].map((list) =>
      (list ?? []).map((typed) => Object.values(typed)[0] ?? []),
    );
    const known = shares.get(operator) ?? { operator, count: 0, time: 0, flops: 0 };
    shares.set(operator, {
      operator,
      count: known.count + 1,
      time: known.time + dur / MICROSECONDS_PER_MS,
      flops: known.flops + flopsOf({ operator, inputs, outputs }),
    });
  }
  return [...shares.values()].sort((a, b) => b.time - a.time);
}
