import { Marked, type Tokens } from 'marked';

/** of a table without a caption, in its accessible name */
const NAMED_COLUMNS = 3;
/** A link that leads somewhere wherever the page lies. */
const OUTSIDE = /^(https?:|#)/;
/** What begins with a letter is to be read, not compared digit by digit. */
const WORDS = /^\p{L}/u;

const marked = new Marked({
  gfm: true,
  renderer: {
    // results files are sections of a page: their title is the section's, and their headings lie below it
    heading({ tokens, depth }: Tokens.Heading): string {
      const level = Math.min(6, depth + 1);
      return depth === 1 ? '' : `<h${level}>${this.parser.parseInline(tokens)}</h${level}>\n`;
    },
    table({ header, rows }: Tokens.Table): string {
      const inline = (cell: Tokens.TableCell) => this.parser.parseInline(cell.tokens);
      const head = header.map(inline);
      const name = `Table: ${head
        .filter((cell) => cell !== '')
        .slice(0, NAMED_COLUMNS)
        .join(', ')}`;
      return tableMarkup({ name, head, rows: rows.map((row) => row.map(inline)) });
    },
    // what lies beside a results file does not lie beside this page
    image: ({ text }: Tokens.Image): string => (text ? `(picture: ${escapeHtml(text)})` : ''),
    // nor do the files that it refers to
    link({ href, tokens }: Tokens.Link): string {
      const text = this.parser.parseInline(tokens);
      return OUTSIDE.test(href) ? `<a href="${escapeHtml(href)}">${text}</a>` : text;
    },
    html: ({ text }: Tokens.HTML | Tokens.Tag): string => escapeHtml(text),
  },
});

/** Markdown as HTML. Tags in it are shown, not obeyed. */
export const markdownHtml = (markdown: string): string => marked.parse(markdown, { async: false });

/** The same without a paragraph around it. */
export const inlineHtml = (markdown: string): string => marked.parseInline(markdown, { async: false });

interface TableMarkup {
  /** for those who do not see it */
  readonly name: string;
  /** HTML, as all that follows */
  readonly caption?: string;
  readonly head: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A table whose first column names its rows. Wider than the page, it is scrolled by keyboard, too. */
export function tableMarkup({ name, caption, head, rows }: TableMarkup): string {
  const isWords = head.map((_, column) => rows.some((cells) => WORDS.test(textOf(cells[column] ?? ''))));
  const kind = (column: number) => (isWords[column] ? ' class="words"' : '');
  const row = ([first = '', ...rest]: readonly string[]) =>
    `<tr><th scope="row">${first}</th>${rest.map((cell, i) => `<td${kind(i + 1)}>${cell}</td>`).join('')}</tr>`;
  const headCell = (html: string, column: number) =>
    html === '' ? '<td></td>' : `<th scope="col"${kind(column)}>${html}</th>`;
  return `<div class="scroll" tabindex="0" role="group" aria-label="${escapeHtml(textOf(name))}"><table>
${caption ? `<caption>${caption}</caption>\n` : ''}<thead><tr>${head.map(headCell).join('')}</tr></thead>
<tbody>
${rows.map(row).join('\n')}
</tbody></table></div>`;
}

export function escapeHtml(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Without the tags and the marks of Markdown. */
const textOf = (text: string): string => text.replaceAll(/<[^>]*>|[*`_]/g, '');
