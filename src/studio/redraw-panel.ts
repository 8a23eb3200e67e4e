import type { JobHandler } from '../queue/job-handler.ts';
import { drawPanel } from './draw-panel.ts';
import type { Workshop } from './workshop.ts';

export const REDRAW_PANEL = 'redraw-panel';

/** Draws a new take of a panel: another revision, so other noise; older takes stay. */
export function redrawPanelHandler(workshop: Workshop): JobHandler {
  return { run: drawPanel(workshop) };
}
