/** Style of the report: light and dark, screen, phone and paper, without anything from outside. */
import { TRAINING_COLOUR, VALIDATION_COLOUR } from './charts.js';

export const REPORT_STYLE = `
:root {
  color-scheme: light dark;
  --ground: #f5f6f8; --card: #ffffff; --ink: #1b2430; --soft: #5c6878; --line: #dfe3e9;
  --accent: #0b6e75; --good: #1a7f4b; --bad: #b3261e; --amber: #8a5a00; --bar: #0b6e7522;
  --training: ${TRAINING_COLOUR}; --validation: ${VALIDATION_COLOUR};
}
@media (prefers-color-scheme: dark) {
  :root {
    --ground: #11151b; --card: #1a2029; --ink: #e6eaf0; --soft: #9aa7b8; --line: #2c3541;
    --accent: #56c2ca; --good: #5fd39a; --bad: #ff8a80; --amber: #f0b95a; --bar: #56c2ca2e;
    --training: #56b4e9; --validation: #ff9455;
  }
}
* { box-sizing: border-box; }
body {
  margin: 0; background: var(--ground); color: var(--ink); line-height: 1.5;
  font: 16px/1.5 system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", Arial, sans-serif;
}
main { max-width: 1080px; margin: 0 auto; padding: 2rem 1.25rem 4rem; }
header { display: flex; flex-wrap: wrap; align-items: baseline; gap: .25rem 1rem; margin-bottom: 1.5rem; }
h1 { font-size: 2rem; line-height: 1.2; margin: 0; overflow-wrap: anywhere; letter-spacing: -.01em; }
header p { flex-basis: 100%; margin: 0; color: var(--soft); }
h2 { font-size: 1.15rem; margin: 0 0 .9rem; }
h3 { font-size: .95rem; font-weight: 600; margin: 0 0 .5rem; overflow-wrap: anywhere; }
.status { font-size: .8rem; font-weight: 600; padding: .15rem .7rem; border-radius: 99px; border: 1px solid currentColor; }
.finished { color: var(--good); } .failed { color: var(--bad); } .aborted, .running { color: var(--amber); }
section { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1.25rem; margin-bottom: 1.25rem; }
.figures { display: grid; grid-template-columns: repeat(4, 1fr); gap: 1rem; margin-bottom: 1.25rem; }
.figure { background: var(--card); border: 1px solid var(--line); border-radius: 12px; padding: 1rem 1.25rem; }
.figure b { display: block; font-size: 1.65rem; line-height: 1.25; font-weight: 650; color: var(--accent); font-variant-numeric: tabular-nums; }
.figure span { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
.columns { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 400px), 1fr)); gap: 1.25rem; }
.columns > section { margin-bottom: 0; } .columns { margin-bottom: 1.25rem; }
.curves { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 420px), 1fr)); gap: 1.5rem; }
.curves figure { max-width: 620px; }
.curves svg { width: 100%; height: auto; display: block; }
.curves svg text { font-family: inherit; }
.curves figcaption { margin: 0 0 .25rem; font-size: .95rem; font-weight: 600; color: inherit; }
.curves [stroke="${TRAINING_COLOUR}"] { stroke: var(--training); } .curves [fill="${TRAINING_COLOUR}"] { fill: var(--training); }
.curves [stroke="${VALIDATION_COLOUR}"] { stroke: var(--validation); } .curves [fill="${VALIDATION_COLOUR}"] { fill: var(--validation); }
.scroll { overflow-x: auto; } .scroll th[scope=row] { min-width: 11rem; }
.overall { max-width: 34rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .42rem .75rem .42rem 0; border-bottom: 1px solid var(--line); vertical-align: top; }
tr:last-child > th, tr:last-child > td { border-bottom: 0; }
thead th { color: var(--soft); font-weight: 600; font-size: .82rem; }
tbody th { font-weight: 500; overflow-wrap: anywhere; }
td.number, th.number { text-align: right; padding-right: .5rem; padding-left: .75rem; white-space: nowrap; }
thead th.number { white-space: normal; }
td.share { background: linear-gradient(90deg, var(--bar) var(--share), transparent var(--share)) no-repeat; }
td.text { overflow-wrap: anywhere; }
.example { margin-bottom: 1.5rem; } .example:last-child { margin-bottom: 0; }
.pictures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 200px), 1fr)); gap: .75rem; }
figure { margin: 0; } figcaption { color: var(--soft); font-size: .82rem; margin-top: .3rem; }
figure img { width: 100%; max-width: 420px; display: block; border-radius: 6px; background: #000; image-rendering: pixelated; }
ul { margin: 0; padding-left: 1.2rem; } li { overflow-wrap: anywhere; margin-bottom: .3rem; }
.trouble { border-left: 4px solid var(--amber); } .failure { border-left: 4px solid var(--bad); }
pre { margin: 0 0 1rem; padding: .8rem 1rem; overflow-x: auto; background: var(--ground); border: 1px solid var(--line); border-radius: 8px; font-size: .88rem; }
a { color: var(--accent); } .soft { color: var(--soft); font-size: .88rem; margin: .75rem 0 0; }
details > summary { cursor: pointer; font-size: .95rem; font-weight: 600; margin-top: 1rem; }
footer { color: var(--soft); font-size: .82rem; text-align: center; }
@media (max-width: 760px) { .figures { grid-template-columns: repeat(2, 1fr); gap: .75rem; } }
@media (max-width: 560px) {
  main { padding: 1.25rem .75rem 3rem; } section { padding: 1rem; } h1 { font-size: 1.5rem; }
  .figure { padding: .75rem 1rem; } .figure b { font-size: 1.3rem; }
}
@media print {
  body { background: none; } section, .figure { break-inside: avoid; border-color: #ccc; }
}
`;
