import PDFDocument from 'pdfkit';
import { cleanCaption } from '../render/caption-text.ts';
import type { RenderedPage } from '../render/grid.ts';
import { THEME } from '../render/theme.ts';
import type { Story } from '../store/stories.ts';

/** A4, in points of 1/72 inch (ISO 216). */
const A4 = { short: 595.28, long: 841.89 };
const MARGIN = 28;

/**
 * A story's page as a tagged PDF, upright or broad as suits it. All that it shows is in the picture, whose texts are
 * set in their own scripts; screen readers have its description.
 */
export function exportPdf(story: Pick<Story, 'title' | 'createdAt'>, page: RenderedPage): Promise<Buffer> {
  const isBroad = page.width > page.height;
  const [width, height] = isBroad ? [A4.long, A4.short] : [A4.short, A4.long];
  const title = story.title === '' ? 'A story by Troupe' : cleanCaption(story.title);
  const pdf = new PDFDocument({
    size: [width, height],
    margin: 0,
    pdfVersion: '1.7',
    tagged: true,
    displayTitle: true,
    lang: 'en',
    info: { Title: title, Subject: page.altText, Creator: 'Troupe', CreationDate: story.createdAt },
  });
  const chunks: Buffer[] = [];
  const written = new Promise<Buffer>((resolve, reject) => {
    pdf.on('data', (chunk: Buffer) => chunks.push(chunk));
    pdf.on('end', () => resolve(Buffer.concat(chunks)));
    pdf.on('error', reject);
  });
  const scale = Math.min((width - 2 * MARGIN) / page.width, (height - 2 * MARGIN) / page.height);
  const [w, h] = [page.width * scale, page.height * scale];
  // The paper goes to the page's edges; screen readers pass over it.
  pdf.markContent('Artifact', { type: 'Page' });
  pdf.rect(0, 0, width, height).fill(THEME.paper);
  pdf.endMarkedContent();
  const figure = pdf.struct('Figure', { alt: page.altText, title }, () => {
    pdf.image(page.png, (width - w) / 2, (height - h) / 2, { width: w, height: h });
  });
  pdf.addStructure(pdf.struct('Document', {}, [figure]));
  pdf.end();
  return written;
}
