import type { JobHandler } from '../queue/job-handler.ts';
import { drawPanel, panelPayload } from './draw-panel.ts';
import type { Workshop } from './workshop.ts';

export const ADD_PANEL = 'add-panel';

/** Draws a panel that was added at the end of a story. */
export function addPanelHandler(workshop: Workshop): JobHandler {
  return {
    run: drawPanel(workshop),
    async ended(job, { stories }) {
      // After an error the panel stays: what was typed isn't lost, and it can be drawn again as any other.
      if (job.status === 'cancelled') await stories.removeUndrawn(panelPayload(job).panelId);
    },
  };
}
