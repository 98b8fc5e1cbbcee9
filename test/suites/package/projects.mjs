/** Empty projects with our packages in them as users get them: packed, then installed. */
import { execFile } from 'node:child_process'
import { cpSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { fileURLToPath } from 'node:url'
import { importBundled } from '../../kit/bundle.mjs'

const { watchForSilence } = (await importBundled('test/kit/process-times.ts')).module

/** The project's root, whose `dist/` must be built. */
export const root = fileURLToPath(new URL('../../..', import.meta.url))

/** A directory that lasts as long as the process. */
export function temporaryDirectory(parent = tmpdir()) {
  const directory = mkdtempSync(join(parent, 'idb-everywhere-package-'))
  temporaryDirectories.push(directory)
  return directory
}

const temporaryDirectories = []
process.on('exit', () => {
  for (const directory of temporaryDirectories) rmSync(directory, { recursive: true, force: true })
})

/**
 * Packs both packages and installs them into one directory.
 * @returns package name → its installed directory; the second also under the name of what it stands in for
 */
export async function installPacked() {
  const directory = temporaryDirectory()
  const tarballs = []
  for (const source of [root, join(root, 'packages/fake-indexeddb')]) {
    const { output } = await run('npm', ['pack', '--json', '--pack-destination', directory], {
      cwd: source,
    })
    tarballs.push(`./${JSON.parse(output)[0].filename}`)
  }
  const [main, standIn] = tarballs
  writeFileSync(join(directory, 'package.json'), '{ "private": true }\n')
  const packages = [main, `fake-indexeddb@file:${standIn}`]
  await run('npm', ['install', '--no-audit', '--no-fund', ...packages], { cwd: directory })
  const modules = join(directory, 'node_modules')
  return {
    'idb-everywhere': join(modules, 'idb-everywhere'),
    'fake-indexeddb': join(modules, 'fake-indexeddb'),
  }
}

/**
 * Makes a project: `files` copied into a directory with our packages, beside a tool's in `toolDirectory`. It lies there so that
 * imports of the tool resolve; the caller removes it.
 */
export function makeProject({ toolDirectory, packages, source, type }) {
  const directory = mkdtempSync(join(toolDirectory, 'project-'))
  cpSync(source, directory, { recursive: true })
  writeFileSync(join(directory, 'package.json'), `{ "private": true, "type": "${type}" }\n`)
  for (const [name, target] of Object.entries(packages)) {
    const copy = join(directory, 'node_modules', name)
    mkdirSync(dirname(copy), { recursive: true })
    cpSync(target, copy, { recursive: true, dereference: true })
  }
  return directory
}

/**
 * What a command printed, on both streams; rejects when the command fails, hangs for ten minutes, or where `silenceMs` is given
 * prints nothing for that long, however long it takes in all; with the end of the output in the message, and all of it as `all`.
 */
export function run(command, args, { cwd, env = {}, silenceMs, ...user }) {
  return new Promise((resolve, reject) => {
    const child = execFile(
      command,
      args,
      {
        cwd,
        env: { ...process.env, NO_COLOR: '1', CI: '1', ...env },
        timeout: silenceMs ? 0 : 600_000,
        maxBuffer: 64 * 1024 * 1024,
        ...user,
      },
      (error, stdout, stderr) => {
        silence?.end()
        if (!error) return resolve({ output: stdout, all: stdout + stderr })
        const text = `${stdout}${stderr}`.slice(-3000)
        const failure = new Error(`${command} ${args.join(' ')}\n${text}`, { cause: error })
        reject(Object.assign(failure, { all: stdout + stderr }))
      },
    )
    const silence = silenceMs && killWhenSilent(child, silenceMs)
  })
}

function killWhenSilent(child, silenceMs) {
  const silence = watchForSilence(child.pid, silenceMs, () => child.kill())
  for (const stream of [child.stdout, child.stderr]) stream.on('data', () => silence.heard())
  return silence
}

/** Runs the checks, title → work, one after the other; prints each, then the line of counts. */
export async function runChecks(name, checks) {
  let failures = 0
  for (const [title, check] of checks) {
    try {
      await check()
      console.log(`pass  ${title}`)
    } catch (error) {
      failures++
      console.log(`FAIL  ${title}\n${String(error.message).replace(/^/gm, '      ')}`)
    }
  }
  console.log(`${name}: ${checks.length - failures} of ${checks.length} checks pass`)
  process.exitCode = failures === 0 && checks.length > 0 ? 0 : 1
}
