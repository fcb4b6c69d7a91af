// Small line charts side by side, as SVG. A panel: { x, y, series: [{ name, points: [[x, y]] }] }; both axes begin with 0.

const WIDTH = 430
const HEIGHT = 250
const LEFT = 60
const RIGHT = 20
const TOP = 40
const BOTTOM = 45
const COLUMNS = 2
const HEAD = 34
const COLOURS = ['#2e86ab', '#d1495b', '#3a9d5d', '#edae49']

const escaped = text => text.replace(/[&<>"]/g, c => `&#${c.charCodeAt(0)};`)

// A round number not below `value`.
const above = value => {
  const power = 10 ** Math.floor(Math.log10(value))
  return [1, 2, 2.5, 5, 10].find(step => step * power >= value) * power
}

const panel = ({ x, y, series }, colours) => {
  const all = series.flatMap(({ points }) => points)
  const most = [0, 1].map(axis => above(Math.max(...all.map(point => point[axis]), Number.MIN_VALUE)))
  const at = ([px, py]) => [
    (LEFT + (WIDTH - LEFT - RIGHT) * px / most[0]).toFixed(1),
    (HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * py / most[1]).toFixed(1)
  ]
  const ticks = [0, 0.25, 0.5, 0.75, 1].map(share => {
    const [tx, ty] = at([share * most[0], share * most[1]])
    const label = value => Number(value.toPrecision(3)).toLocaleString('en-US')
    return `<line x1="${LEFT}" x2="${WIDTH - RIGHT}" y1="${ty}" y2="${ty}" stroke="${share === 0 ? '#333' : '#ddd'}"/>` +
      `<text x="${LEFT - 6}" y="${Number(ty) + 4}" text-anchor="end">${label(share * most[1])}</text>` +
      `<text x="${tx}" y="${HEIGHT - BOTTOM + 15}" text-anchor="middle">${label(share * most[0])}</text>`
  })
  const lines = series.map(({ name, points }) => {
    const colour = colours.get(name)
    const places = points.map(at)
    return `<polyline fill="none" stroke="${colour}" stroke-width="2" points="${places.map(place => place.join(',')).join(' ')}"/>` +
      places.map(([px, py]) => `<circle cx="${px}" cy="${py}" r="3" fill="${colour}"/>`).join('')
  })
  return `${ticks.join('')}${lines.join('')}` +
    `<text x="${LEFT}" y="${TOP - 14}" font-weight="bold">${escaped(y)}</text>` +
    `<text x="${(LEFT + WIDTH - RIGHT) / 2}" y="${HEIGHT - 10}" text-anchor="middle">${escaped(x)}</text>`
}

export const panels = (title, drawn) => {
  const names = [...new Set(drawn.flatMap(({ series }) => series.map(({ name }) => name)))]
  const colours = new Map(names.map((name, i) => [name, COLOURS[i % COLOURS.length]]))
  const legend = names.map((name, i) =>
    `<rect x="${LEFT + 330 + 150 * i}" y="12" width="12" height="12" fill="${colours.get(name)}"/><text x="${LEFT + 348 + 150 * i}" y="22">${escaped(name)}</text>`)
  const width = WIDTH * COLUMNS
  const height = HEAD + HEIGHT * Math.ceil(drawn.length / COLUMNS)
  const placed = drawn.map((one, i) =>
    `<g transform="translate(${WIDTH * (i % COLUMNS)} ${HEAD + HEIGHT * Math.floor(i / COLUMNS)})">${panel(one, colours)}</g>`)
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" font-family="sans-serif" font-size="11">
<rect width="100%" height="100%" fill="#fff"/>
<text x="10" y="22" font-size="13" font-weight="bold">${escaped(title)}</text>
${[...legend, ...placed].join('\n')}
</svg>
`
}
