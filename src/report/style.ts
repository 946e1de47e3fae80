/** @file The page's style: one column on a phone, several charts in a row on a desk, light and dark. */
import { readFileSync } from 'node:fs';
import { trusted } from './html.ts';

/** Colours and parts of all our pages; their address is the same from src/ and from dist/, where the build puts them. */
const shared = ['look.css', 'charts.css']
  .map((name) => readFileSync(new URL(name, import.meta.url), 'utf8'))
  .join('')
  .replaceAll(/\/\*.*?\*\//gs, '')
  .replaceAll(/\s+/g, ' ');

export const pageStyle = trusted(`${shared}
*{box-sizing:border-box}
html{scroll-padding-top:3.5rem}
body{margin:0;background:var(--ground);color:var(--ink);font:16px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,sans-serif}
main,footer{max-width:1240px;margin:0 auto;padding:0 16px}
h1,h2,h3,h4{line-height:1.2;margin:0;overflow-wrap:anywhere}
h1{font-size:clamp(1.8rem,5vw,2.6rem);letter-spacing:-.02em}
h2{font-size:1.4rem;letter-spacing:-.01em;margin-bottom:.5rem}
h3{font-size:1.1rem;margin:1.2rem 0 .4rem}
h4{font-size:.95rem;margin:1rem 0 .5rem;color:var(--quiet);font-weight:600}
p{margin:.4rem 0 .8rem;max-width:75ch}
a{color:var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:2px}
section{margin:0 0 2.75rem}
header{padding:2.2rem 0 .6rem}
footer{padding:1rem 16px 2.5rem;color:var(--quiet);font-size:.85rem}
.kicker{margin:0 0 .3rem;color:var(--quiet);font-size:.85rem;text-transform:uppercase;letter-spacing:.08em}
.lead{font-size:1.1rem;color:var(--quiet)}
.note{color:var(--quiet);font-size:.85rem;max-width:100ch}
.quiet{color:var(--quiet)}
.hidden{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%);white-space:nowrap}
.skip{position:absolute;left:-999px}
.skip:focus{left:16px;top:8px;background:var(--card);padding:.4rem .8rem;z-index:9}
.callout{background:var(--wash);border-left:4px solid var(--accent);border-radius:6px;padding:.7rem 1rem;max-width:none}
.callout.warning{background:var(--warn);border-color:var(--bad)}
.tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(150px,1fr));gap:12px;margin:1.2rem 0}
.tiles div{background:var(--card);border:1px solid var(--rule);border-radius:var(--radius);padding:.8rem 1rem}
.tiles dt{color:var(--quiet);font-size:.85rem}
.tiles dd{margin:0;font-size:1.75rem;font-weight:650;font-variant-numeric:tabular-nums;letter-spacing:-.02em}
.tiles small{display:block;font-size:.76rem;line-height:1.3;font-weight:400;color:var(--quiet);letter-spacing:0}
nav{position:sticky;top:0;z-index:3;background:var(--ground);margin:0 -16px 1.6rem;padding:0 16px;border-bottom:1px solid var(--rule);overflow-x:auto}
nav ul{display:flex;gap:1.3rem;list-style:none;margin:0;padding:.6rem 0;white-space:nowrap}
nav a{text-decoration:none}
nav a:hover{text-decoration:underline}
caption{text-align:left;padding:.7rem .9rem 0;color:var(--quiet);font-size:.85rem}
thead th{white-space:normal;vertical-align:bottom}
th:first-child,thead td:first-child{text-align:left;position:sticky;left:0;background:var(--card);z-index:1}
tbody th{font-weight:600}
tbody:last-child tr:last-child>*,tfoot tr:last-child>*{border-bottom:0}
tfoot th,tfoot td{font-weight:700;border-top:2px solid var(--rule)}
.bar{background:linear-gradient(90deg,var(--bar) calc(var(--v)*100%),#0000 0) .7rem calc(100% - 1px)/calc(100% - 1.4rem) 4px no-repeat}
.bar.rate{background-image:linear-gradient(90deg,var(--rate) calc(var(--v)*100%),#0000 0)}
.confusion td{text-align:center;min-width:4rem}
.confusion thead th{text-align:center}
.confusion .zero{color:var(--quiet)}
.confusion .right{background:color-mix(in srgb,var(--good) calc(var(--v)*26%),var(--card))}
.confusion .wrong{background:color-mix(in srgb,var(--bad) calc(12% + var(--v)*40%),var(--card));font-weight:700}
.charts{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:14px}
.charts.two{grid-template-columns:repeat(auto-fit,minmax(min(100%,340px),1fr));max-width:960px}
.chart{padding:.7rem .7rem .5rem}
.chart figcaption{font-weight:600;font-size:.95rem;margin:0 .2rem .3rem;overflow-wrap:anywhere}
.chart .note{margin:.2rem .2rem .3rem;font-size:.8rem}
svg .label{font-size:11.5px}
.scroll.all{width:auto}
.results{width:100%}
.d1 .line,.d1.swatch .line{stroke-dasharray:6 3}
.d2 .line,.d2.swatch .line{stroke-dasharray:2 3}
.dots{fill:none;stroke:var(--s);stroke-width:4;stroke-linecap:round;opacity:.45}
.crosses{fill:none;stroke:var(--s);stroke-width:1.6}
.chosen{fill:var(--card);stroke:var(--s0);stroke-width:2.5}
.moved{fill:var(--ink);stroke:var(--card);stroke-width:1.5}
.threshold-label{fill:var(--ink)}
.k{transition:opacity .15s}
@media (prefers-reduced-motion:reduce){.k{transition:none}}
.picker{position:sticky;top:2.7rem;z-index:2;display:flex;gap:.4rem;overflow-x:auto;border:0;margin:0 -16px 1rem;padding:.5rem 16px;background:var(--ground);white-space:nowrap;min-width:0}
.picker legend{float:left;padding:.25rem .4rem .25rem 0;color:var(--quiet)}
.picker label{display:flex;align-items:center;gap:.4rem;border:1px solid var(--rule);border-radius:99px;background:var(--card);padding:.2rem .75rem;font-size:.875rem;cursor:pointer}
.picker input{appearance:none;margin:0;width:0}
.picker label:has(:checked){border-color:var(--accent);box-shadow:0 0 0 1px var(--accent)}
.picker label:has(:focus-visible){outline:2px solid var(--accent);outline-offset:2px}
.product{background:var(--card);border:1px solid var(--rule);border-radius:var(--radius);padding:.2rem 1rem .8rem;margin:0 0 12px}
.product:not([open]){padding-bottom:.2rem}
.product summary{cursor:pointer;padding:.5rem 0}
.product summary h3{display:inline;margin:0 0 0 .2rem}
.heat-legend{margin:.2rem 0 .9rem;max-width:34rem}
.triples{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:14px}
.triple{margin:0}
.triple div{display:grid;grid-template-columns:repeat(3,minmax(0,1fr));gap:3px;align-items:stretch}
.triple img{width:100%;height:100%;object-fit:contain;display:block;border-radius:4px;background:#000}
.blank{display:grid;place-items:center;border:1px dashed var(--rule);border-radius:4px;color:var(--quiet);font-size:.78rem}
.triple figcaption{font-size:.83rem;line-height:1.35;margin-top:.3rem}
.path{color:var(--quiet);font-size:.76rem;overflow-wrap:anywhere}
.wide{display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,340px),1fr));gap:14px}
.wide figure{margin:0;min-width:0;overflow-wrap:anywhere}
.wide figcaption{font-weight:600;font-size:.9rem;margin-bottom:.2rem}
.wide img{width:100%;height:auto;border-radius:6px;display:block}
.facts{margin:0;display:grid;gap:.55rem}
.facts div{display:grid;grid-template-columns:9rem 1fr;gap:.2rem 1rem}
.facts dt{color:var(--quiet)}
.facts dd{margin:0;overflow-wrap:anywhere}
code,pre{font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:.82rem}
.facts code{color:var(--quiet)}
pre{background:var(--card);border:1px solid var(--rule);border-radius:var(--radius);padding:.9rem;overflow:auto;max-height:28rem}
details>summary{cursor:pointer;margin-top:1rem}
.product>summary{margin-top:0}
.tuned>summary [data-summary]{font-size:.9rem;margin-left:.4rem;font-variant-numeric:tabular-nums}
.tuner{margin:.6rem 0 1.1rem}
.beside{display:flex;flex-wrap:wrap;gap:0 1.5rem;align-items:flex-start}
.beside>div{min-width:0;max-width:100%}
.tuner[hidden],.beside>[hidden],.command[hidden]{display:none}
.tuner-row{display:grid;grid-template-columns:auto minmax(8rem,1fr) 9rem auto;gap:.5rem .9rem;align-items:center}
.tuner-row label{font-weight:600;overflow-wrap:anywhere;min-width:0}
input[type=range]{width:100%}
input[type=number],button{font:inherit;font-size:.9rem;color:inherit;background:var(--card);border:1px solid var(--quiet);border-radius:6px;padding:.3rem .6rem;min-width:0}
input[type=number]{width:100%;font-variant-numeric:tabular-nums}
button{cursor:pointer}
button:disabled{opacity:.5;cursor:default}
.tuner-counts{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,15rem),1fr));gap:.2rem 1.5rem;margin:.7rem 0}
.tuner-counts dt{color:var(--quiet);font-size:.85rem}
.tuner-counts dd{margin:0;font-weight:600;font-variant-numeric:tabular-nums}
[data-neighbours] td,[data-neighbours] th{text-align:left}
[data-around] .reject+.pass>*,[data-around] .reject+.check>*{border-top:2px solid var(--ink)}
[data-around] .wrong{color:var(--bad);font-weight:600}
[data-around] td{white-space:normal}
[data-around] .path{min-width:9rem}
[data-around] tr>*{padding:.35rem .6rem}
.command{position:sticky;bottom:0;z-index:4;background:var(--card);border:1px solid var(--accent);border-radius:var(--radius) var(--radius) 0 0;padding:.6rem 1rem;margin:0 0 1.5rem}
.command p{margin:.2rem 0;font-size:.9rem}
.command code{display:block;overflow-wrap:anywhere;max-height:6rem;overflow:auto}
@media (max-width:560px){.command{padding:.4rem .8rem}.tuner-row{grid-template-columns:1fr auto}.tuner-row label,.tuner-row [data-slide]{grid-column:1/-1}.facts div{grid-template-columns:1fr;gap:0}.facts dt{font-size:.85rem}.tiles{grid-template-columns:1fr 1fr}section{margin-bottom:2.2rem}}
@media print{nav,.picker,.skip,.command,.tuner-row{display:none}body{background:#fff}}
`);
