/**
 * The names that each script under a folder exports, as JSON by path.
 *
 * Each is read as a browser would, and bound to what it imports, but not run: whatever does not parse, and whatever imports a
 * name that is not there, is an error.
 *
 *     node --experimental-vm-modules exports.mjs <folder>
 */

import { readdirSync, readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { SourceTextModule } from 'node:vm';

const folder = resolve(process.argv[2]);
const modules = new Map();

function moduleAt(path) {
  if (!modules.has(path)) modules.set(path, new SourceTextModule(readFileSync(path, 'utf8'), { identifier: path }));
  return modules.get(path);
}

const names = {};
for (const file of readdirSync(folder, { recursive: true }).filter((name) => name.endsWith('.js')).sort()) {
  const module = moduleAt(join(folder, file));
  if (module.status === 'unlinked') await module.link((name, from) => moduleAt(resolve(from.identifier, '..', name)));
  names[relative(folder, module.identifier)] = Reflect.ownKeys(module.namespace).filter((key) => typeof key === 'string').sort();
}
console.log(JSON.stringify(names));
