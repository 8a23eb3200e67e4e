/** A part of the report: what Markdown and HTML are both made of. */
export interface Section {
  /** of the link to it */
  readonly id: string;
  readonly title: string;
  readonly blocks: readonly Block[];
}

export type Block = Prose | Table | ChartBlock | Picture;

/** Paragraphs, lists and whole documents; headings of level 1 are left out, for the section has a title. */
export interface Prose {
  readonly kind: 'prose';
  readonly markdown: string;
}

/** The first column names the row. Cells are Markdown. */
export interface Table {
  readonly kind: 'table';
  readonly caption: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** In HTML only: the numbers of a chart are in a table beside it. */
export interface ChartBlock {
  readonly kind: 'chart';
  /** what it shows, for those who see it */
  readonly caption: string;
  /** what it says, for those who don't */
  readonly alt: string;
  readonly chart: Chart;
}

export type Chart = IntervalChart | LineChart | BarChart;

/** Dots with intervals, one row for each. */
export interface IntervalChart {
  readonly type: 'intervals';
  readonly valueLabel: string;
  readonly points: readonly {
    readonly name: string;
    readonly value: number;
    readonly low: number;
    readonly high: number;
  }[];
}

export interface LineChart {
  readonly type: 'lines';
  readonly xLabel: string;
  readonly yLabel: string;
  readonly points: readonly { readonly series: string; readonly x: number; readonly y: number }[];
}

export interface BarChart {
  readonly type: 'bars';
  readonly valueLabel: string;
  readonly bars: readonly { readonly name: string; readonly value: number; readonly group?: string }[];
}

/** In HTML only. */
export interface Picture {
  readonly kind: 'picture';
  /** PNG, JPEG or WebP */
  readonly file: string;
  readonly alt: string;
  readonly caption: string;
}

export const prose = (markdown: string): Prose => ({ kind: 'prose', markdown });

export function table(caption: string, head: readonly string[], rows: readonly (readonly string[])[]): Table {
  return { kind: 'table', caption, head, rows };
}

export function chart(caption: string, alt: string, drawn: Chart): ChartBlock {
  return { kind: 'chart', caption, alt, chart: drawn };
}

export const number = (value: number | null | undefined, digits = 3): string =>
  value === null || value === undefined ? '–' : value.toFixed(digits).replace(/^-/, '−');

export const percent = (value: number | null | undefined): string =>
  value === null || value === undefined ? '–' : `${(100 * value).toFixed(0)} %`;
