// How many times better ypp-relay is than Node, as SVG: a dot per figure on a logarithmic axis, a tick where the goal is.
import { FIGURES } from './goals.mjs'

const LEFT = 430
const WIDTH = 980
const RIGHT = WIDTH - 30
const TOP = 56
const ROW = 18

const escaped = text => text.replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`)

export const plot = lines => {
  const drawn = lines.filter(line => line.ratio > 0)
  const logs = drawn.flatMap(line => [line.ratio, line.times ?? 1]).map(Math.log10)
  const low = Math.floor(Math.min(0, ...logs))
  const high = Math.ceil(Math.max(1, ...logs))
  const x = ratio => (LEFT + (RIGHT - LEFT) * (Math.log10(ratio) - low) / (high - low)).toFixed(1)
  const bottom = TOP + ROW * drawn.length
  const axis = Array.from({ length: high - low + 1 }, (_, i) => 10 ** (low + i)).map(value =>
    `<line x1="${x(value)}" x2="${x(value)}" y1="${TOP - 6}" y2="${bottom}" stroke="${value === 1 ? '#333' : '#ddd'}"/>` +
    `<text x="${x(value)}" y="${TOP - 11}" text-anchor="middle">${value} x</text>`)
  const rows = drawn.map((line, i) => {
    const y = TOP + ROW * i + ROW / 2
    const colour = line.met === false ? '#d1495b' : line.met ? '#3a9d5d' : '#6c757d'
    const tick = line.times === undefined
      ? ''
      : `<line x1="${x(line.times)}" x2="${x(line.times)}" y1="${y - 7}" y2="${y + 7}" stroke="#2e86ab" stroke-width="2"/>`
    return `<line x1="${LEFT}" x2="${RIGHT}" y1="${y}" y2="${y}" stroke="#eee"/>` +
      `<text x="${LEFT - 10}" y="${y + 4}" text-anchor="end">${escaped(`${line.case} ${line.what}: ${FIGURES[line.figure].text}`)}</text>${tick}` +
      `<circle cx="${x(line.ratio)}" cy="${y}" r="4" fill="${colour}"><title>${line.ratio.toPrecision(3)} x</title></circle>`
  })
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${WIDTH}" height="${bottom + 20}" viewBox="0 0 ${WIDTH} ${bottom + 20}" font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="#fff"/>
<text x="10" y="22" font-size="13" font-weight="bold">How many times better ypp-relay is than Node Hocuspocus (ticks: goals)</text>
${[...axis, ...rows].join('\n')}
</svg>
`
}
