/** Runs suites side by side where their lanes allow it, and shows what each prints whole, one after the other. */
import { spawn } from 'node:child_process'
import { availableParallelism } from 'node:os'
import { performance } from 'node:perf_hooks'

/** One more than there are processors, as suites wait for half of their time; there are no more lanes than these. */
const mostAtOnce = Math.min(3, availableParallelism() + 1)

/**
 * Runs them all, and gives their results in the order of the list. One that all need ends the run if it fails.
 * @param {{ lane?: string, isNeededByAll?: boolean }[]} suites
 */
export async function runAll(suites) {
  const waiting = [...suites]
  const running = new Map()
  const results = new Map()
  const screen = turnTaking()
  const start = (suite) => {
    const ending = run(suite, screen.turn()).then((result) => {
      running.delete(suite)
      results.set(suite, result)
      if (suite.isNeededByAll && !result.hasPassed) waiting.length = 0
    })
    running.set(suite, ending)
  }
  while (waiting.length > 0 || running.size > 0) {
    const next = waiting.find((suite) => mayRun(suite, [...running.keys()]))
    if (next === undefined) {
      await Promise.race(running.values())
      continue
    }
    waiting.splice(waiting.indexOf(next), 1)
    start(next)
  }
  return suites.flatMap((suite) => results.get(suite) ?? [])
}

/** Whether a suite may run beside those that run. */
function mayRun({ lane }, running) {
  if (running.length === 0) return true
  if (running.length >= mostAtOnce || lane === 'alone') return false
  return running.every((other) => other.lane !== 'alone' && (!lane || other.lane !== lane))
}

/** Standard output, and errors, in turns: a turn is shown as it comes once all before it have ended, and is kept until then. */
function turnTaking() {
  const turns = []
  const showFirst = () => {
    while (turns.length > 0) {
      const [{ kept, hasEnded }] = turns
      for (const [stream, text] of kept.splice(0)) stream.write(text)
      if (!hasEnded) return
      turns.shift()
    }
  }
  const turn = () => {
    const own = { kept: [], hasEnded: false }
    turns.push(own)
    return {
      show(text, stream = process.stdout) {
        own.kept.push([stream, text])
        showFirst()
      },
      end() {
        own.hasEnded = true
        showFirst()
      },
    }
  }
  return { turn }
}

async function run({ name, command, counts }, { show, end }) {
  show(`\n── ${name}: ${command}\n`)
  const start = performance.now()
  const { exitCode, output, ending, processorSeconds } = await runCommand(command, show)
  end()
  const line = output.match(counts)?.[0].trim()
  return {
    name,
    hasPassed: exitCode === 0 && line !== undefined,
    seconds: ((performance.now() - start) / 1000).toFixed(1),
    processorSeconds: processorSeconds.toFixed(1),
    line: line ?? 'ended without its line of counts',
    ending,
  }
}

/**
 * Runs a command line, shows what it prints, and resolves to its exit code (null: killed), its output, the end of that and its errors, and
 * the seconds of processor that it and its children took, those excepted that are still running.
 */
function runCommand(command, show) {
  const child = spawn(`{ ${command}\n} 3>&-; code=$?; times >&3; exit $code`, {
    shell: true,
    stdio: ['ignore', 'pipe', 'pipe', 'pipe'],
    env: { ...process.env, NO_COLOR: '1' },
  })
  let output = ''
  let ending = ''
  const take = (text, stream) => {
    ending = (ending + text).slice(-10_000)
    show(text, stream)
  }
  child.stdout.setEncoding('utf8').on('data', (text) => {
    output += text
    take(text, process.stdout)
  })
  child.stderr.setEncoding('utf8').on('data', (text) => take(text, process.stderr))
  let times = ''
  child.stdio[3].setEncoding('utf8').on('data', (text) => (times += text))
  return new Promise((resolve, reject) => {
    child.on('error', reject)
    child.on('close', (exitCode) =>
      resolve({ exitCode, output, ending, processorSeconds: secondsIn(times) }),
    )
  })
}

/** The sum of what a shell's `times` prints, such as `0m0.000000s 1m2.500000s`. */
function secondsIn(times) {
  const parts = [...times.matchAll(/(\d+)m([\d.]+)s/g)]
  return parts.reduce(
    (sum, [, minutes, seconds]) => sum + Number(minutes) * 60 + Number(seconds),
    0,
  )
}
