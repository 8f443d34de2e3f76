import type { Report } from './report.js';
import type { Config } from './schema.js';

export interface CheckOptions {
  jobName: string;
  checkPaths: boolean;
  extra: { architectures?: string[]; losses?: string[]; metrics?: string[] };
}
export function checkConfig(_config: Config, _report: Report, _options: CheckOptions): void {}
