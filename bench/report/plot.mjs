// A plot of all ratios, as SVG: a line per row, a dot per peer, on a logarithmic axis; right of 1 ypp is faster. A tick is a goal, in the
// colour of the peer that it names.
import { lines, ratios } from './results.mjs'

const COLOURS = {
  yrs: '#d1495b', yjs: '#e6a117', ywasm: '#8d6a9f', dt: '#2e86ab', loro: '#3a9d5d', automerge: '#6c757d'
}
const LEFT = 330
const WIDTH = 1080
const RIGHT = WIDTH - 30
const TOP = 64
const ROW = 17

const escaped = text => text.replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`)

const label = ({ row }, all) =>
  all.filter(other => other.row.work === row.work).length > 1 ? `${row.work}, ${row.n.toLocaleString('en-US')}` : row.work

// Powers of ten around all that is drawn.
const decades = values => {
  const logs = values.map(Math.log10)
  return { low: Math.floor(Math.min(0, ...logs)), high: Math.ceil(Math.max(1, ...logs)) }
}

export const plot = results => {
  const drawn = results.filter(({ figures }) => Object.keys(ratios(figures)).length > 0)
  const goals = drawn.map(({ row, figures }) => lines(row, figures).filter(line => line.ratio_goal !== undefined))
  const { low, high } = decades([
    ...drawn.flatMap(({ figures }) => Object.values(ratios(figures))),
    ...goals.flat().map(line => line.ratio_goal)
  ])
  const x = ratio => (LEFT + (RIGHT - LEFT) * (Math.log10(ratio) - low) / (high - low)).toFixed(1)
  const bottom = TOP + ROW * drawn.length

  const axis = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)).map(value =>
    `<line x1="${x(value)}" x2="${x(value)}" y1="${TOP - 6}" y2="${bottom}" stroke="${value === 1 ? '#333' : '#ddd'}"/>` +
    `<text x="${x(value)}" y="${TOP - 11}" text-anchor="middle">${value >= 1 ? value.toLocaleString('en-US') : value} x</text>`)
  const legend = Object.entries(COLOURS).map(([name, colour], i) =>
    `<circle cx="${LEFT + 90 * i}" cy="20" r="4" fill="${colour}"/><text x="${LEFT + 90 * i + 9}" y="24">${name}</text>`)
  const rows = drawn.map((result, i) => {
    const y = TOP + ROW * i + ROW / 2
    const dots = Object.entries(ratios(result.figures)).map(([name, ratio]) =>
      `<circle cx="${x(ratio)}" cy="${y}" r="4" fill="${COLOURS[name]}"><title>${name}: ${ratio.toPrecision(3)} x</title></circle>`)
    const ticks = goals[i].map(line =>
      `<line x1="${x(line.ratio_goal)}" x2="${x(line.ratio_goal)}" y1="${y - 7}" y2="${y + 7}" stroke="${COLOURS[line.reference]}" stroke-width="2"/>`)
    return `<line x1="${LEFT}" x2="${RIGHT}" y1="${y}" y2="${y}" stroke="#eee"/>` +
      `<text x="${LEFT - 10}" y="${y + 4}" text-anchor="end">${escaped(label(result, drawn))}</text>${ticks.join('')}${dots.join('')}`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${bottom + 20}" viewBox="0 0 ${WIDTH} ${bottom + 20}" font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="#fff"/>
<text x="10" y="24" font-size="13" font-weight="bold">How many times faster ypp is than</text>
${[...legend, ...axis, ...rows].join('\n')}
</svg>
`
}
