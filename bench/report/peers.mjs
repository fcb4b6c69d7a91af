// Who is measured. To add a peer: a program that does what bench/compare_main.cc says, and a line here.
import { existsSync, readFileSync } from 'node:fs'

const native = 'bench/peers/native/target/release/ypp-peers'
const nodeRunner = 'bench/peers/node/runner.mjs'
const crates = 'bench/peers/native/Cargo.toml'
const npm = name => `bench/peers/node/node_modules/${name}/package.json`

const crateVersion = name => new RegExp(`^${name} = "=(.*)"`, 'm').exec(readFileSync(crates, 'utf8'))[1]
const npmVersion = name => JSON.parse(readFileSync(npm(name), 'utf8')).version

const nativePeer = (name, crate) => ({
  name,
  command: [native, name],
  there: () => existsSync(native),
  version: () => `${crate} ${crateVersion(crate)}, native`
})
const nodePeer = name => ({
  name,
  command: [process.execPath, nodeRunner, name],
  there: () => existsSync(npm(name)),
  version: () => `${name} ${npmVersion(name)}, Node ${process.versions.node}`,
  warmsUp: true
})

export const PEERS = [
  nativePeer('yrs', 'yrs'),
  nodePeer('yjs'),
  nativePeer('loro', 'loro'),
  nativePeer('automerge', 'automerge'),
  nativePeer('dt', 'diamond-types'),
  nodePeer('ywasm')
]
