import { pathToFileURL } from 'node:url';

/** Text for HTML content and for attributes in quotes. */
export function html(text: string | number): string {
  const words: Record<string, string> = {
    '&': '&amp;',
    '<': '&lt;',
    '>': '&gt;',
    '"': '&quot;',
    "'": '&#39;',
  };
  return String(text).replace(/[&<>"']/g, (character) => words[character] ?? '');
}

/** Text for one line of Markdown, or one cell of a table, that shows every character as itself. */
export function markdown(text: string): string {
  return text.replace(/\s+/g, ' ').replace(/[\\`*_{}[\]<>()#+!|~&]/g, '\\$&');
}

/** The address of a file, relative to the folder the report stands in. */
export function relativeHref(reportFolder: string, folder: string, path: string): string {
  const from = pathToFileURL(`${reportFolder}/`).pathname.split('/').slice(0, -1);
  const to = pathToFileURL(`${folder}/${path}`).pathname.split('/');
  let shared = 0;
  while (shared < from.length && from[shared] === to[shared]) shared += 1;
  return [...from.slice(shared).map(() => '..'), ...to.slice(shared)].join('/');
}
