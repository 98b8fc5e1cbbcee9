/** A cluster behind an HTTP server under a load generator, and a command-line tool beside it. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { temporaryDirectory } from '../package/projects.mjs'
import { equal, load, pause, printed, script, whileRunning, workerCount } from './running.mjs'

/** Each request counts once; prints the throughput beside that of one worker alone. */
export async function checkCluster(requests) {
  const rates = []
  for (const workers of [1, workerCount]) {
    const path = temporaryDirectory()
    await whileRunning(['cluster.mjs', String(workers)], { path }, async (port) => {
      const writes = rateOf(await load(port, requests), requests)
      const reads = rateOf(await load(port, requests, 'GET'), requests)
      rates.push({ writes, reads })
    })
    equal((await script(path, 0)).all, requests)
  }
  const [one, many] = rates
  for (const kind of ['writes', 'reads']) {
    const ratio = (many[kind] / one[kind]).toFixed(2)
    const rate = `${Math.round(one[kind])} requests a second of one worker alone`
    console.log(`      ${kind}: ${rate}, ${Math.round(many[kind])} of ${workerCount}: ${ratio}`)
  }
}

/** Requests a second. */
function rateOf({ errors, non2xx, requests: { sent }, start, finish }, expected) {
  equal({ errors, non2xx, sent }, { errors: 0, non2xx: 0, sent: expected })
  return (1_000 * sent) / (Date.parse(finish) - Date.parse(start))
}

/** Kills owners and other workers in turn. */
export async function checkKills(requests, kills) {
  const path = temporaryDirectory()
  const { answered, failed, aborted, killed, survived } = await whileRunning(
    ['cluster.mjs', String(workerCount)],
    { path },
    (port, output) => loadWhileKilling({ path, port, output, requests, kills }),
  )
  const { all } = await script(path, 0)
  // What was committed and could not be answered is counted, too: requests that were at a worker when it was killed.
  if (all < answered || all > answered + failed) {
    throw new Error(`${answered} answered, ${failed} lost with their worker, counted ${all}`)
  }
  console.log(
    `      ${killed} workers killed, ${answered} requests answered, ${aborted} aborted, ${all} counted; workers that live brought ${survived} transactions to another owner`,
  )
}

async function loadWhileKilling({ path, port, output, requests, kills }) {
  let isLoading = true
  const loads = load(port, requests).finally(() => (isLoading = false))
  let killed = 0
  for (let kill = 0; kill < kills && isLoading; kill++) {
    await pause(200)
    await allListening(output)
    const pid = kill % 2 === 0 ? await ownerOf(path) : await workerAt(port)
    if (isLoading) killed += end(pid)
  }
  const { '2xx': answered, non2xx, errors } = await loads
  const { survival } = await printed(['status.mjs'], { path })
  const failures = output().match(/^failed .*$/gm) ?? []
  // On a busy machine a worker may be late at the next owner, and its transaction aborts; each was told, and counts for nothing.
  const unlike = failures.filter((line) => !line.startsWith('failed ERR_IDB_OWNER_LOST'))
  if (unlike.length > 0 || non2xx !== failures.length || non2xx > kills) {
    throw new Error(`${non2xx} requests failed:\n${failures.join('\n')}`)
  }
  if (killed < kills) throw new Error(`the load was over after ${killed} kills of ${kills}`)
  // A connection that breaks is an error each time; one request may be under way on each.
  return { answered, failed: errors, aborted: non2xx, killed, survived: survival.survived }
}

/** If all were killed before the first is replaced, the port would be gone. */
async function allListening(output) {
  for (let tries = 0; tries < 1_500; tries++) {
    const counts = [...output().matchAll(/workers (\d+)/g)]
    if (counts.length === 0 || Number(counts.at(-1)[1]) === workerCount) return
    await pause(20)
  }
  throw new Error('a worker was not replaced within 30 s')
}

/** Between two owners there is none to be read. */
async function ownerOf(path) {
  for (let tries = 0; ; tries++) {
    try {
      return JSON.parse(readFileSync(join(path, 'owner.json'), 'utf8')).pid
    } catch (error) {
      if (tries === 100) throw error
      await pause(20)
    }
  }
}

/** The worker that answers now. */
async function workerAt(port) {
  for (let tries = 0; ; tries++) {
    try {
      const response = await fetch(`http://127.0.0.1:${port}`, { headers: { connection: 'close' } })
      await response.text()
      return Number(response.headers.get('x-worker'))
    } catch (error) {
      if (tries === 100) throw error
      await pause(20)
    }
  }
}

/** 1 if it was still there. */
function end(pid) {
  try {
    process.kill(pid, 'SIGKILL')
    return 1
  } catch (error) {
    if (error.code !== 'ESRCH') throw error
    return 0
  }
}

/** A command-line tool that writes while the server does, and another one later. */
export async function checkScript(requests) {
  const path = temporaryDirectory()
  await whileRunning(['cluster.mjs', '2'], { path }, async (port) => {
    const [report, first] = await Promise.all([load(port, requests), script(path, 50)])
    rateOf(report, requests)
    equal(first.script, 50)
    equal((await script(path, 50)).all, requests)
  })
  equal(await script(path, 0), { all: requests, script: 100 })
}
