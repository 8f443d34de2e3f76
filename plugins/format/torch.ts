/** Tensors of torch.save as images: `.pt` files that hold one tensor. Nothing in them is executed. */
import { FormatError } from '../../core/errors.js';
import { stridesOf } from '../../core/image/c-order.js';
import { copyRegion } from '../../core/image/copy-region.js';
import { allocate, sizeOf } from '../../core/image/image.js';
import type { ImageHeader, RawImage } from '../../core/image/raw-image.js';
import { defineFormat } from '../../core/plugin/define.js';
import { isTorchFile, PositionedFile, readSavedTensor, type SavedTensor } from '../../core/tensor/weights/index.js';
import { dtypeOfStored, type StoredNumber, toPixels } from './stored-number.js';

export const torch = defineFormat({
  id: 'torch',
  extensions: ['.pt'],
  detects: (head, file) => isTorchFile(head) && /\.pt$/i.test(file),
  read: (file, { signal }) => withTensor(file, signal, readPixels),
  probe: (file) => withTensor(file, undefined, async (tensor) => headerOf(tensor)),
});

async function withTensor<T>(
  file: string,
  signal: AbortSignal | undefined,
  use: (tensor: SavedTensor) => Promise<T>,
): Promise<T> {
  let opened: PositionedFile | undefined;
  try {
    opened = await PositionedFile.open(file, signal);
    return await use(await readSavedTensor(opened));
  } catch (error) {
    if (!(error instanceof FormatError) || error.message.startsWith(file)) throw error;
    throw new FormatError(`${file}: the tensor cannot be read as an image: ${error.message}`, {
      where: { file },
      cause: error,
    });
  } finally {
    await opened?.close();
  }
}

function numberOf({ type }: SavedTensor): StoredNumber {
  if (type === 'bool') return { kind: 'bool', bytes: 1 };
  const [, kind, bits] = /^(u?int|float)(\d+)$/.exec(type) ?? [];
  if (!kind) throw new FormatError(`its numbers are of type ${type}; save it as float32.`);
  return { kind, bytes: Number(bits) / 8 } as StoredNumber;
}

function headerOf(tensor: SavedTensor): ImageHeader {
  return { shape: [...tensor.shape], dtype: dtypeOfStored(numberOf(tensor)) };
}

async function readPixels(tensor: SavedTensor): Promise<RawImage> {
  const { shape, dtype } = headerOf(tensor);
  const { offset, stride } = tensor.view;
  const stored = await tensor.read();
  let values: RawImage['data'];
  try {
    values = toPixels(stored, numberOf(tensor), tensor.little);
  } catch (cause) {
    throw new FormatError(`${(cause as Error).message}.`, { cause });
  }
  const data = allocate(dtype, sizeOf(shape));
  copyRegion({ data, offset: 0, strides: stridesOf(shape) }, { data: values, offset, strides: stride }, shape);
  return { data, shape, dtype, metadata: {} };
}
