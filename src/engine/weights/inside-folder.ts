import fs from 'node:fs';
import path from 'node:path';
import { UserError } from '../../errors/user-error.ts';

/**
 * The real path of `name` in `folder`, without symbolic links; undefined if there is no such thing.
 * onnxruntime refuses weights that lie, or lead, outside the model's folder, and a name or a link that comes with a
 * downloaded model must not reach elsewhere on the machine: what is read wrongly is told in errors.
 * @throws UserError `path-outside-folder`
 */
export function insideFolder(folder: string, name: string): string | undefined {
  const root = fs.realpathSync(folder);
  const named = path.resolve(root, name);
  // a backslash is a separator on Windows only: refused everywhere, so that a model means the same on all systems
  if (name.includes('\\') || path.isAbsolute(name) || !isBelow(root, named)) throw outside(folder, name, `"${name}"`);
  let real: string;
  try {
    real = fs.realpathSync(named);
  } catch {
    return undefined;
  }
  if (!isBelow(root, real)) throw outside(folder, name, `"${name}", a symbolic link to ${real}`);
  return real;
}

/**
 * A file by its name in `folder`, that may be missing: whoever opens it says so.
 * @throws UserError `path-outside-folder`
 */
export const fileInside = (folder: string, name: string): string =>
  insideFolder(folder, name) ?? path.join(folder, name);

/** @param folder, file: absolute, without links */
export function isBelow(root: string, file: string): boolean {
  const relative = path.relative(root, file);
  return relative !== '' && relative.split(path.sep)[0] !== '..' && !path.isAbsolute(relative);
}

function outside(folder: string, name: string, got: string): UserError {
  return new UserError('path-outside-folder', {
    expected: `a file inside ${folder}`,
    got,
    todo: 'Copy the model with its real files into one folder (for example with "cp -rL").',
    folder,
    name,
  });
}
