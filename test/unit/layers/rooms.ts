/**
 * The rooms of the project and what each may import: its own files, the leaves, and what stands in its row. A path that ends
 * in `*` is of the files in that folder itself, without those of the folders in it.
 */

/** Room → what it may import. Of several rows that fit a file, the longest counts. */
export type Rooms = Readonly<Record<string, readonly string[]>>

/** Every room of the sources may import them. */
export const leaves = ['src/base/', 'src/errors.ts', 'src/arguments/']

/** The rooms of what is shipped, from the bottom up. */
export const sourceRooms: Rooms = {
  'src/errors.ts': [],
  'src/base/': [],
  'src/arguments/': [],
  'src/bytes/': [],
  'src/event-loop/': [],
  'src/kept-objects/': [],
  'src/keys/': ['src/bytes/'],
  'src/values/': ['src/bytes/', 'src/keys/', 'src/kept-objects/'],
  'src/rendering/': ['src/bytes/', 'src/keys/', 'src/values/'],
  'src/storage/': ['src/bytes/', 'src/keys/'],
  'src/protocol/': ['src/bytes/', 'src/keys/', 'src/kept-objects/', 'src/storage/'],
  'src/events/': ['src/event-loop/'],
  'src/explain/': ['src/event-loop/'],
  'src/monitor/': ['src/event-loop/'],
  'src/core/': [
    'src/bytes/',
    'src/event-loop/',
    'src/events/',
    'src/explain/',
    'src/kept-objects/',
    'src/keys/',
    'src/monitor/',
    'src/protocol/',
    'src/values/',
  ],
  'src/api/': ['src/core/', 'src/events/', 'src/explain/', 'src/keys/'],
  'src/host/': [
    'src/bytes/',
    'src/event-loop/',
    'src/kept-objects/',
    'src/keys/',
    'src/protocol/',
    'src/storage/',
    'src/values/',
  ],
  'src/port/': [
    'src/bytes/',
    'src/event-loop/',
    'src/kept-objects/',
    'src/keys/',
    'src/protocol/',
    'src/storage/',
    'src/values/',
  ],
  'src/membership/': [
    'src/bytes/',
    'src/event-loop/',
    'src/files/vfs.ts',
    'src/kept-objects/',
    'src/keys/',
    'src/port/',
    'src/protocol/',
    'src/storage/',
    'src/values/',
  ],
  'src/files/': ['src/bytes/', 'src/storage/commit-mark.ts', 'src/storage/salvage-report.ts'],
  'vfs/': ['src/files/'],
  'src/sqlite/': ['src/bytes/', 'src/files/', 'src/keys/', 'src/storage/'],
  'src/options/': [
    'src/events/',
    'src/explain/',
    'src/files/',
    'src/port/',
    'src/protocol/',
    'src/storage/',
  ],
  'src/remote/': [
    'src/bytes/',
    'src/event-loop/',
    'src/explain/',
    'src/host/',
    'src/keys/',
    'src/options/indexeddb-options.ts',
    'src/protocol/',
    'src/storage/',
    'src/values/',
  ],
  'src/api/global/': ['src/api/', 'src/options/', 'src/storage/', 'src/values/'],
  'src/requests/': ['src/api/global/'],
  'src/snapshot/': [
    'src/api/IDBDatabase.ts',
    'src/api/global/',
    'src/explain/',
    'src/files/file-name-pattern.ts',
    'src/keys/',
    // Loaded where a database file is opened, and not before.
    'src/platform/backup-file.ts',
    'src/protocol/',
    'src/rendering/',
    'src/requests/',
  ],
  'src/extras/': [
    'src/api/',
    'src/core/',
    'src/event-loop/',
    'src/events/',
    'src/explain/',
    'src/keys/',
    'src/protocol/',
    'src/requests/',
  ],
  'src/hosting/': [
    'src/api/',
    'src/bytes/',
    'src/core/',
    'src/event-loop/',
    'src/explain/',
    'src/files/',
    'src/host/',
    'src/membership/',
    'src/monitor/',
    'src/options/',
    'src/port/',
    'src/protocol/',
    'src/sqlite/',
    'src/storage/',
    'vfs/memory.ts',
  ],
  'src/maintenance/': [
    'src/api/global/',
    'src/bytes/',
    'src/event-loop/',
    'src/explain/',
    'src/files/',
    'src/keys/',
    'src/membership/directory-status.ts',
    'src/rendering/',
    'src/snapshot/',
    'src/sqlite/',
    'src/storage/',
    'src/values/',
  ],
  'src/platform/': [
    'src/event-loop/',
    'src/hosting/',
    'src/membership/',
    'src/monitor/',
    'src/options/',
    'src/port/',
    'vfs/',
  ],
  'src/testing/': ['src/', 'vfs/'],
  // The entries: they compose.
  'src/*': ['src/', 'vfs/'],
}

/** What unit tests have of the rooms above their own: what puts the real thing together, so that nothing is faked. */
const composed = [
  'src/*',
  'src/hosting/',
  'src/options/',
  'src/platform/',
  'src/testing/',
  'vfs/',
  'test/kit/',
]

/** Room → the room above it that its unit tests have at the other end. */
const otherEnds: Rooms = {
  'src/api/': ['src/files/', 'src/sqlite/file-name.ts'],
  // What writes the texts that are read.
  'src/base/': ['build/'],
  'src/core/': ['src/host/'],
  'src/files/': ['src/sqlite/mount/', 'src/storage/'],
  'src/membership/': ['src/host/'],
  'src/port/': ['src/host/'],
  'src/snapshot/': ['src/sqlite/file-name.ts'],
  // The instances of every type.
  'src/maintenance/': ['test/suites/types/'],
  'src/rendering/': ['test/suites/types/', 'test/unit/values/'],
}

/** Suite → what else it runs. */
const suites: Rooms = {
  bench: [],
  browser: ['wpt/'],
  'browser-demo': ['browser-demo/'],
  clients: [],
  crash: [],
  demo: [],
  ends: [],
  endurance: [],
  faults: [],
  format: ['test/suites/types/'],
  fuzz: [],
  inspector: ['inspector/'],
  limits: [],
  matrix: [],
  model: [],
  ownership: [],
  package: ['build/'],
  parity: [],
  survival: [],
  programs: ['test/suites/package/'],
  remote: ['test/suites/model/'],
  sharing: ['test/suites/model/'],
  snapshot: [],
  tabs: [],
  tool: ['test/suites/package/', 'test/suites/types/'],
  types: [],
}

/** The rooms of what is not shipped. The package's own name is free to all. */
export const otherRooms: Rooms = {
  'test/*': [],
  'test/kit/': ['src/', 'vfs/'],
  'test/unit/*': ['src/*', 'test/kit/', 'test/unit/layers/'],
  'test/unit/layers/': [],
  'test/unit/wpt/': ['wpt/', 'test/kit/'],
  ...unitRooms(),
  ...suiteRooms(),
  'wpt/': ['test/kit/'],
  'browser-demo/': [],
  // It sees the package as a stranger does.
  'tool/': [],
  'test/unit/tool/': ['tool/', 'test/kit/'],
  'inspector/': ['src/arguments/', 'src/rendering/', 'src/extras/'],
  'inspector/server/': ['inspector/source/', 'src/arguments/', 'src/rendering/', 'src/index.ts'],
  'test/unit/inspector/': ['inspector/', 'src/*', 'src/rendering/', 'vfs/', 'test/kit/'],
  'packages/fake-indexeddb/': [],
  'build/': ['packages/'],
  '*': ['build/', 'packages/'],
}

/** A unit test sees its room, all that lies below it, and what is put together. */
function unitRooms(): Rooms {
  const rooms = Object.keys(sourceRooms).filter((room) => room.endsWith('/'))
  return Object.fromEntries(
    rooms.map((room) => [
      `test/unit/${room.replace(/^src\//, '')}`,
      [room, ...below(room), ...(otherEnds[room] ?? []), ...leaves, ...composed],
    ]),
  )
}

function below(room: string): string[] {
  return (sourceRooms[room] ?? []).flatMap((lower) => [lower, ...below(lower)])
}

/** A suite sees the sources and the kit, but no other suite. */
function suiteRooms(): Rooms {
  return Object.fromEntries(
    Object.entries(suites).map(([name, others]) => [
      `test/suites/${name}/`,
      ['src/', 'vfs/', 'test/kit/', ...others],
    ]),
  )
}
