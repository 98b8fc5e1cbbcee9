/** What a workload gets to work with: a factory, a way to open it that is observed, and phases that are timed. */
import { type LoggedEvent, EventLog } from './event-log.ts'
import { resultOf } from './requests.ts'

/** A part of a workload that is timed on its own. */
export interface Phase {
  readonly title: string
  readonly fromMs: number
  readonly toMs: number
}

/** Something the script saw, to be compared between implementations. */
export interface Observation {
  readonly what: string
  readonly value: unknown
}

type Upgrade = (
  connection: IDBDatabase,
  transaction: IDBTransaction,
  event: IDBVersionChangeEvent,
) => void

/** One run of a workload on one engine. Its members may be taken off it. */
export interface Session {
  readonly size: number
  /** Opens the session's database. @throws the open request's error */
  connect(version: number, upgrade: Upgrade): Promise<IDBDatabase>
  /** Deletes the session's database. */
  remove(): Promise<void>
  /** Runs and times a part of the script. */
  phase<Result>(title: string, work: () => Promise<Result>): Promise<Result>
  /** Notes something that must be the same everywhere. */
  observe(what: string, value: unknown): void
}

/** A session and what it left on record. */
export interface RecordedSession {
  readonly session: Session
  readonly phases: readonly Phase[]
  readonly observations: readonly Observation[]
  events(): LoggedEvent[]
  /** Closes the connections it opened; resolves when the last transaction has ended. */
  end(): Promise<void>
}

/** Begins a session; `onPhase` is called with each phase as it ends. */
export function beginSession(
  { indexedDB, name, size }: { indexedDB: IDBFactory; name: string; size: number },
  onPhase: (phase: Phase) => void,
): RecordedSession {
  const log = new EventLog()
  const phases: Phase[] = []
  const observations: Observation[] = []
  const connections: IDBDatabase[] = []

  const session: Session = {
    size,
    async connect(version, upgrade) {
      const connection = await openObserved(indexedDB.open(name, version), { log, upgrade })
      connections.push(connection)
      return connection
    },
    remove: () => deleteObserved(indexedDB.deleteDatabase(name), log),
    async phase(title, work) {
      const fromMs = log.elapsedMs()
      const result = await work()
      const phase = { title, fromMs, toMs: log.elapsedMs() }
      phases.push(phase)
      onPhase(phase)
      return result
    },
    observe: (what, value) => void observations.push({ what, value }),
  }
  return {
    session,
    phases,
    observations,
    events: () => log.entries(),
    async end() {
      connections.forEach((connection) => connection.close())
      await log.settled()
    },
  }
}

async function openObserved(
  request: IDBOpenDBRequest,
  { log, upgrade }: { log: EventLog; upgrade: Upgrade },
): Promise<IDBDatabase> {
  log.observeOpen(request, 'open request')
  request.addEventListener('upgradeneeded', (event) => {
    const { result, transaction } = request
    if (!transaction) throw new Error('unreachable: an upgrade without its transaction')
    upgrade(result, transaction, event)
  })
  const connection = await resultOf(request)
  log.observe(connection)
  return connection
}

async function deleteObserved(request: IDBOpenDBRequest, log: EventLog): Promise<void> {
  log.observeOpen(request, 'delete request')
  await resultOf(request)
}
