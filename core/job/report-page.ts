/** Draws `report.html`: one file that needs nothing else, to be looked at, mailed and kept. */
import { bestOf } from '../train/best.js';
import { curveSpec, drawChart, learningRateSpec } from './charts.js';
import { Html, html } from './html.js';
import type { ReportData, ReportExample, ReportLink } from './report.js';
import { REPORT_STYLE } from './report-style.js';
import { columnTitle, shownTestMetric } from './test-results.js';
import { clockTime, dateTime } from './time-text.js';
import { writeWhole } from './write-aside.js';

/** More images than this are left to the CSV. */
const MOST_ROWS = 200;

/** Writes the page aside. @throws OutputError when it cannot be written. */
export async function saveReport(file: string, data: ReportData): Promise<void> {
  await writeWhole(file, await renderReport(data));
}

/** The page as text. Everything that comes from users is escaped, and the page is not allowed to load anything. */
export async function renderReport(data: ReportData): Promise<string> {
  const page = html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'; img-src data:">
<title>${data.job} · Biagraph report</title>
<style>${new Html(REPORT_STYLE)}</style>
</head>
<body>
<main>
<header>
<h1>${data.job}</h1>
<span class="status ${data.status}">${data.status}</span>
<p>${dateTime(data.started)} · ${clockTime(data.seconds)} on ${data.device}${data.resumed && ' · resumed'}</p>
</header>
${data.error !== undefined && html`<section class="failure"><h2>Why it ended</h2>${data.error}</section>`}
${figures(data)}
${warnings(data)}
${await curves(data)}
${data.examples.length > 0 && html`<section><h2>Examples</h2>${data.examples.map(example)}</section>`}
${results(data)}
<div class="columns">
${data.settings.length > 0 && html`<section><h2>Configuration</h2>${pairs(data.settings.map(({ label, value }) => [label, value]))}</section>`}
${times(data)}
</div>
${notices(data)}
<div class="columns">
${reproduce(data)}
${data.links.length > 0 && html`<section><h2>Files</h2><ul>${data.links.map(link)}</ul></section>`}
</div>
<footer>Made by Biagraph ${data.versions['biagraph']}</footer>
</main>
</body>
</html>
`;
  // Parts that a job does not have leave empty lines.
  return page.markup.replace(/\n{2,}/g, '\n');
}

/** The handful of numbers to see first. */
function figures({ history, results, seconds }: ReportData): Html {
  const shown: [label: string, value: string][] = Object.entries(results.summary)
    .slice(-4)
    .map(([name, value]) => [name, measure(value)]);
  const { records } = history;
  const losses = history.values('validation', 'loss');
  if (losses.length > 0) shown.push(['Best validation loss', measure(bestOf('loss', losses))]);
  else if (records.length > 0)
    shown.push(['Lowest training loss', measure(bestOf('loss', history.values('train', 'loss')))]);
  if (records.length > 0) shown.push(['Epochs trained', String(records.length)]);
  const tested = testedImages(results);
  if (tested > 0) shown.push(['Images tested', String(tested)]);
  shown.push(['Time in all', clockTime(seconds)]);
  return html`<div class="figures">${shown.map(
    ([label, value]) => html`<div class="figure"><b>${value}</b><span>${label}</span></div>`,
  )}</div>`;
}

/** The stack of all images is none of them. */
function testedImages(results: ReportData['results']): number {
  const ofImages = results.columns.filter(({ variant }) => !variant.startsWith('as 3D stack'));
  const measured = (sample: string) => ofImages.some((column) => results.ofImage(sample, column) !== undefined);
  return results.samples.filter((sample) => ofImages.length === 0 || measured(sample)).length;
}

async function curves({ history }: ReportData): Promise<Html | undefined> {
  if (history.records.length === 0) return undefined;
  const size = { width: 420, height: 230 };
  const charts = [];
  for (const name of history.names)
    charts.push({ title: name === 'loss' ? 'Loss' : name, spec: curveSpec(history, name, size) });
  if (new Set(history.records.map((record) => record.learningRate)).size > 1)
    charts.push({ title: 'Learning rate', spec: learningRateSpec(history, size) });
  const drawn = [];
  for (const { title, spec } of charts) {
    const svg = (await drawChart(spec))
      // Sized by the page; Vega's own descriptions of every mark would be read out one by one.
      .replace(/^<svg[^>]*?( viewBox="[^"]*")[^>]*>/, `<svg xmlns="http://www.w3.org/2000/svg"$1 aria-hidden="true">`)
      .replace(/ (?:aria-[a-z]+|role|aria-roledescription)="[^"]*"(?=[^>]*>)/g, (attribute) =>
        attribute === ' aria-hidden="true"' ? attribute : '',
      );
    drawn.push(
      html`<figure role="img" aria-label="${title} over the epochs"><figcaption>${title}</figcaption>${new Html(svg)}</figure>`,
    );
  }
  return html`<section><h2>Training</h2><div class="curves">${drawn}</div></section>`;
}

function example({ name, pictures }: ReportExample): Html {
  const picture = ({ title, png }: ReportExample['pictures'][number]) =>
    html`<figure><img alt="${title} of ${name}" src="data:image/png;base64,${Buffer.from(png).toString('base64')}"><figcaption>${title}</figcaption></figure>`;
  return html`<div class="example"><h3>${name}</h3><div class="pictures">${pictures.map(picture)}</div></div>`;
}

function results({ results }: ReportData): Html | undefined {
  const { columns, samples } = results;
  if (columns.length === 0) return undefined;
  const overall = pairs(
    columns.map((column) => [shownTestMetric(column), measure(results.overall(column))]),
    'number',
  );
  const perImage = columns.filter((column) => samples.some((sample) => results.ofImage(sample, column) !== undefined));
  const shares = perImage.map((column) => samples.every((sample) => isShare(results.ofImage(sample, column))));
  const row = (sample: string) =>
    html`<tr><th scope="row">${sample}</th>${perImage.map((column, i) => {
      const value = results.ofImage(sample, column);
      if (value === undefined) return html`<td class="number"></td>`;
      return shares[i]
        ? html`<td class="number share" style="--share:${(100 * value).toFixed(1)}%">${measure(value)}</td>`
        : html`<td class="number">${measure(value)}</td>`;
    })}</tr>`;
  const table = html`<div class="scroll"><table><thead><tr><th scope="col">Image</th>${perImage.map(
    (column) => html`<th scope="col" class="number">${columnTitle(column)}</th>`,
  )}</tr></thead><tbody>${samples.slice(0, MOST_ROWS).map(row)}</tbody></table></div>`;
  return html`<section><h2>Test</h2><div class="overall">${overall}</div>${
    perImage.length > 0 &&
    html`<details ${samples.length <= 12 && 'open'}><summary>Per image (${samples.length})</summary>${table}</details>`
  }${
    samples.length > MOST_ROWS &&
    html`<p class="soft">The first ${MOST_ROWS} of ${samples.length} images; test_results_metrics.csv has all.</p>`
  }</section>`;
}

function times({ phases, history, seconds, stopped }: ReportData): Html {
  const { records } = history;
  const rows: [string, string][] = phases.map((phase) => [phase.name, clockTime(phase.seconds)]);
  if (records.length > 0) {
    const waiting = records.reduce((sum, record) => sum + record.waiting, 0);
    rows.push(
      ['One epoch, on average', `${measure(history.seconds / records.length)} s`],
      [
        'Waiting for images',
        history.seconds > 0 ? `${((100 * waiting) / history.seconds).toFixed(1)} % of the training` : '-',
      ],
    );
  }
  rows.push(['In all', clockTime(seconds)]);
  return html`<section><h2>Time</h2>${pairs(rows, 'number')}${stopped && html`<p class="soft">End of the training: ${stopped}</p>`}</section>`;
}

function warnings({ warnings }: ReportData): Html | undefined {
  if (warnings.length === 0) return undefined;
  return html`<section class="trouble"><h2>Warnings</h2><ul>${warnings.map((text) => html`<li>${text}</li>`)}</ul></section>`;
}

function notices({ notices }: ReportData): Html | undefined {
  if (notices.length === 0) return undefined;
  return html`<section><h2>Notices</h2><ul>${notices.map((text) => html`<li>${text}</li>`)}</ul></section>`;
}

function reproduce({ command, seed, configHash, versions }: ReportData): Html {
  const rows: [string, string][] = [
    ['Seed', String(seed)],
    ...(configHash === undefined ? [] : [['Configuration (SHA-256)', configHash] as [string, string]]),
    ...Object.entries(versions),
  ];
  return html`<section><h2>Do it again</h2>${command !== undefined && html`<pre>${command}</pre>`}${pairs(rows)}</section>`;
}

function link({ label, path }: ReportLink): Html {
  const href = `./${path.split('/').map(encodeURIComponent).join('/')}`;
  return html`<li><a href="${href}">${label}</a></li>`;
}

function pairs(rows: readonly (readonly [string, string])[], kind: 'text' | 'number' = 'text'): Html {
  return html`<table><tbody>${rows.map(
    ([label, value]) => html`<tr><th scope="row">${label}</th><td class="${kind}">${value}</td></tr>`,
  )}</tbody></table>`;
}

/** Four decimals for what is near one, and enough digits for the rest. */
function measure(value: number): string {
  if (!Number.isFinite(value)) return String(value);
  const size = Math.abs(value);
  return size !== 0 && (size < 1e-3 || size >= 1e6) ? value.toExponential(3) : value.toFixed(size >= 100 ? 2 : 4);
}

function isShare(value: number | undefined): boolean {
  return value === undefined || (value >= 0 && value <= 1);
}
