import { MODES, type Mode } from '../benchmark-story.ts';
import { minimum, ratio } from '../rounds.ts';
import type { ScalingPoint, ScalingResult } from '../scaling.ts';
import { factor, megabytes, ms, table } from './markdown.ts';
import { walls } from './targets.ts';

/** Three tables: by panels, by size, by anchors. */
export function scalingSection({ panels, sizes, anchors }: ScalingResult): string[] {
  const side = ({ size }: ScalingPoint) => `${size.width} × ${size.height}`;
  return [
    howMeasured(panels),
    'By the number of panels; times are for each panel.',
    pointsTable('panels', panels, (point) => String(point.panels)),
    `By the size of the pictures, ${sizes[0]?.panels ?? 0} panels.`,
    pointsTable('pixels', sizes, side),
    `By the number of anchors, ${anchors[0]?.panels ?? 0} panels.`,
    pointsTable('anchors', anchors, (point) => String(point.anchors)),
  ];
}

/** Ratios of few steps are not those of many: what is done once weighs more. */
function howMeasured([point]: readonly ScalingPoint[]): string {
  const rounds = point?.times.plain?.length ?? 0;
  const measured = rounds === 1 ? 'measured once' : `minima of ${rounds} rounds`;
  return `${point?.steps ?? 0} steps, ${measured}. Where a story has fewer steps than in the tables above, the look ahead and the matching, which come once, weigh more.`;
}

function pointsTable(name: string, points: readonly ScalingPoint[], label: (point: ScalingPoint) => string): string {
  const modes = MODES.filter((mode) => points.some(({ times }) => times[mode]));
  const compared = modes.includes('plain') ? modes.filter((mode) => mode !== 'plain') : [];
  const wall = ({ times }: ScalingPoint, mode: Mode) => walls(times[mode]);
  return table(
    [
      name,
      ...modes.map((mode) => `${mode}, per panel`),
      ...compared.map((mode) => `${mode} ÷ plain`),
      ...modes.map((mode) => `${mode}, peak`),
      ...compared.map((mode) => `${mode} ÷ plain`),
    ],
    points.map((point) => [
      label(point),
      ...modes.map((mode) => ms(minimum(wall(point, mode)) / point.panels)),
      ...compared.map((mode) => factor(ratio(wall(point, mode), wall(point, 'plain')).ofMinima)),
      ...modes.map((mode) => megabytes(point.peak[mode] ?? Number.NaN)),
      ...compared.map((mode) => factor((point.peak[mode] ?? Number.NaN) / (point.peak.plain ?? Number.NaN))),
    ]),
  );
}
