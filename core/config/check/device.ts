import { showPlain } from '../value.js';
import type { Check } from './context.js';

const devices = ['auto', 'cpu', 'cuda', 'webgpu', 'directml', 'coreml', 'tensorflow', 'wasm', 'eager'];
/** What BiaPy's files may name and there is nothing for here. */
const elsewhere = ['mps', 'xpu', 'xla', 'hpu', 'meta'];

/** The device; files written for BiaPy keep running where theirs has no counterpart. */
export function checkDevice(c: Check): void {
  const key = 'SYSTEM.DEVICE';
  const device = c.config.SYSTEM.DEVICE.toLowerCase();
  const numbered = /^(cuda|xpu|mps):\d+$/.exec(device);
  if (devices.includes(device)) c.derive(key, device);
  else if (numbered?.[1] === 'cuda') {
    c.warn(
      '',
      key,
      `One device is used; ${showPlain(device)} is read as cuda.`,
      'Choose among several with CUDA_VISIBLE_DEVICES.',
    );
    c.derive(key, 'cuda');
  } else if (elsewhere.includes(numbered?.[1] ?? device)) {
    c.warn('', key, `There is no device ${device} here; auto is taken.`, 'Write auto.');
    c.derive(key, 'auto');
  } else c.oneOf('R014', key, devices);
}
