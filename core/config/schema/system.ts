import { bool, int, section, size, text } from './key.js';

export const SystemSchema = section(
  {
    NUM_CPUS: int(
      -1,
      'Upper bound of CPU cores the run may use; -1 means no limit (replaced at start-up by the resolved budget).',
    ),
    NUM_WORKERS: int(
      -1,
      'Number of data-loading worker processes per compute process; 0 loads in the main process, -1 picks a number automatically.',
    ),
    NUM_GPUS: int(0, 'Number of accelerators in use; filled in from the command line and not meant to be set by hand.'),
    DEVICE: text(
      'auto',
      'Where tensors are computed. auto takes the best that works here and says which; cpu, cuda, webgpu, directml and coreml run compiled graphs; tensorflow, wasm and eager run TensorFlow.js kernel by kernel (eager takes the best of those). BiaPy defaults to cpu.',
      { choices: ['auto', 'cpu', 'cuda', 'webgpu', 'directml', 'coreml', 'tensorflow', 'wasm', 'eager'] },
    ),
    SEED: int(0, 'Seed of every random generator so that runs can be repeated.'),
    PIN_MEM: bool(true, 'Ask the data loader for page-locked host memory to speed up copies to the GPU.'),
    MEMORY_BUDGET: size(
      'auto',
      'Memory that images in flight may take: auto (half of the machine, at most what is free), a text such as 512MB or 4GB, or a number of bytes. Biagraph only.',
    ),
  },
  { description: 'The machine: processors, device, memory, seed.' },
);
