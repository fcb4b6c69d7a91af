// What is compared in each case: the figure, and by how much ypp-relay is to be better than Node Hocuspocus ("times"), at most ("most"), or
// beside a figure of its own ("beside", times which it may be at most).

const cpu = times => ({ figure: 'cpu_us', times })

export const FIGURES = {
  updates_per_s: { text: 'updates/s', more: true },
  deliveries_per_s: { text: 'deliveries/s', more: true },
  frames_per_s: { text: 'frames/s', more: true },
  p50_ms: { text: 'p50, ms' },
  p99_ms: { text: 'p99, ms' },
  ack_p50_ms: { text: 'acknowledged p50, ms' },
  ack_p99_ms: { text: 'acknowledged p99, ms' },
  cpu_us: { text: 'CPU each, us' },
  cpu_percent: { text: 'CPU, %' },
  connects_per_s: { text: 'connects/s', more: true },
  kib_per_connection: { text: 'KiB per connection' },
  seconds: { text: 'all have it, s' },
  document_bytes: { text: 'document, bytes' },
  grown_mib: { text: 'memory grown by, MiB' }
}

export const GOALS = {
  a1: [{ figure: 'deliveries_per_s', times: 2 }, { figure: 'p99_ms', times: 1 }, { figure: 'cpu_us' }],
  a2: [cpu(4), { figure: 'updates_per_s' }],
  b1: [cpu(5), { figure: 'updates_per_s' }],
  b2: [cpu(5), { figure: 'updates_per_s' }],
  c1: [{ figure: 'kib_per_connection', most: 8 }, { figure: 'connects_per_s', times: 8 }, { figure: 'cpu_us' }],
  c2: [{ figure: 'kib_per_connection', most: 6 }, { figure: 'connects_per_s' }],
  c3: [{ figure: 'kib_per_connection' }, { figure: 'connects_per_s' }, { figure: 'cpu_us' }],
  d1: [{ figure: 'p99_ms', times: 3 }, cpu(8), { figure: 'ack_p99_ms' }],
  d2: [{ figure: 'p50_ms', times: 4 }, { figure: 'p99_ms', times: 2.9 }, { figure: 'cpu_us' }],
  d3: [cpu(4), { figure: 'p99_ms' }],
  e1: [{ figure: 'seconds', times: 10 }, { figure: 'cpu_us' }],
  f1: [cpu(5), { figure: 'p99_ms' }],
  f2: [cpu(10), { figure: 'p99_ms' }],
  g1: [{ figure: 'grown_mib', most: 24 }],
  h1: [{ figure: 'p99_ms', beside: 'd1', times: 2 }],
  h2: [{ figure: 'p99_ms', beside: 'd1', times: 2 }]
}
