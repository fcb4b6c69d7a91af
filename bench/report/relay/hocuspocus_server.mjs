// Node Hocuspocus as it comes: no storage, defaults but for the time that clients may be silent. Prints where it listens.
import { createRequire } from 'node:module'
import { dirname, join } from 'node:path'
import { pathToFileURL } from 'node:url'

const modules = createRequire(new URL('../../../tests/node/package.json', import.meta.url))
const folder = dirname(modules.resolve('@hocuspocus/server'))
const { Server } = await import(pathToFileURL(join(folder, 'hocuspocus-server.esm.js')))
const server = new Server({ port: 0, address: '127.0.0.1', quiet: true, timeout: 3_600_000 })
await server.listen()
console.log(`127.0.0.1:${server.address.port}`)
