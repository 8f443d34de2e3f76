/** Writing Zarr v2 and v3, and OME-Zarr 0.4 and 0.5 with a pyramid. */

import { readFile, rm } from 'node:fs/promises';
import path from 'node:path';
import { OutputError } from '../../core/errors.js';
import type { ArrayPlan, ArrayWriter, LabelPlace } from '../../core/image/chunked-array.js';
import { isFolder, type Json, readJson } from './container-folder.js';
import { writeGroup, ZarrLevel, type ZarrOptions } from './zarr-level.js';
import { writePyramid } from './zarr-pyramid.js';

/** @throws OutputError when something else than a container is in the place. */
export async function createZarr(container: string, plan: ArrayPlan, options: ZarrOptions): Promise<ArrayWriter> {
  await clear(container);
  return zarrWriter(container, plan, options);
}

/**
 * A label image beside the image of an OME-Zarr: `labels/<name>`, and its name in the list of labels. The version is that of
 * the container.
 *
 * @param group the group of the image: the container, or a group in it.
 * @throws OutputError when labels of that name are there and `replace` is false.
 */
export async function createLabels(
  group: string,
  { name, replace }: Pick<LabelPlace, 'name' | 'replace'>,
  plan: ArrayPlan,
): Promise<ArrayWriter> {
  const version = (await readJson(path.join(group, 'zarr.json'))) ? 3 : 2;
  const labels = path.join(group, 'labels');
  const folder = path.join(labels, name);
  if (await isFolder(folder)) {
    // Without metadata they were not finished.
    const finished = await readJson(path.join(folder, version === 3 ? 'zarr.json' : '.zgroup'));
    if (finished && !replace)
      throw new OutputError(`${folder}: these labels are there already. Give another name, or set replace.`, {
        where: { file: folder },
      });
    await rm(folder, { recursive: true, force: true });
  }
  const writer = await zarrWriter(folder, { ...plan, kind: 'labels' }, { version, ome: true });
  return {
    plan: writer.plan,
    write: (start, size, data) => writer.write(start, size, data),
    async close() {
      await writer.close();
      await listLabel(labels, name, version);
    },
  };
}

async function listLabel(folder: string, name: string, version: 2 | 3): Promise<void> {
  const file = path.join(folder, version === 3 ? 'zarr.json' : '.zattrs');
  const before = (await readJson(file)) ?? {};
  const holder = version === 3 ? ((before.attributes as Json | undefined)?.ome as Json | undefined) : before;
  const known = Array.isArray(holder?.labels) ? holder.labels.filter((label) => label !== name) : [];
  const labels = [...known, name];
  if (version === 3) await writeGroup(folder, 3, { ome: { version: '0.5', labels } });
  else await writeGroup(folder, 2, { ...before, labels });
}

async function clear(container: string): Promise<void> {
  if (!(await isFolder(container))) {
    if (
      await readFile(container).then(
        () => true,
        () => false,
      )
    )
      throw new OutputError(`${container}: a file is in the place of this Zarr container. Move it away.`, {
        where: { file: container },
      });
    return;
  }
  if (!/\.zarr$/i.test(container))
    throw new OutputError(`${container}: this folder is in the place of a Zarr container. Move it away.`, {
      where: { file: container },
    });
  await rm(container, { recursive: true, force: true });
}

async function zarrWriter(container: string, plan: ArrayPlan, options: ZarrOptions): Promise<ArrayWriter> {
  const full = await ZarrLevel.open(options.ome ? path.join(container, '0') : container, plan, options);
  return {
    plan,
    write: (start, size, data) => full.write(start, size, data),
    async close() {
      await full.finish(options.ome ? {} : spacingAttributes(plan));
      if (options.ome) await writePyramid(container, full, options);
    },
  };
}

function spacingAttributes({ metadata: { spacing, unit } }: ArrayPlan): Json {
  return { ...(spacing && { spacing }), ...(spacing && unit && { unit }) };
}
