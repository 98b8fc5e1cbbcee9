/** Places of the program, found in stacks: where the package was called. */

/** A moment in the program; what it was is only looked for when it is asked. */
export interface Place {
  /** `save (/app/library.js:10:20)`, 500 characters at most; null where none of the program's own functions is on the stack. */
  readonly text: string | null
}

/** What others take over a port, see `port/serving/blockers.ts`. */
const longestText = 500

/** How many functions are looked at that are the program's, or a library's on top of this package. */
const callersKept = 5

/** How many of this package there are at most between the program and `placeHere()`, both ends included: in `get()`. */
const mostOwn = 8

/**
 * The place that calls the package now. `ownCount`: how many functions of this package there are on the stack, with this one.
 * Each that is looked at takes a third of a microsecond, where a small transaction takes three.
 */
export function placeHere(ownCount = mostOwn): Place {
  const { stackTraceLimit } = Error
  Reflect.set(Error, 'stackTraceLimit', ownCount + callersKept)
  const error = new Error('place')
  Reflect.set(Error, 'stackTraceLimit', stackTraceLimit)
  return new StackPlace(error)
}

class StackPlace implements Place {
  #error: Error | null
  #text: string | null = null

  constructor(error: Error) {
    this.#error = error
  }

  get text(): string | null {
    // Read once: a stack is dear to write out, and keeps what was on it.
    if (this.#error) this.#text = shortened(callerIn(String(this.#error.stack)))
    this.#error = null
    return this.#text
  }
}

/** In messages of other processes, too: it has no letters that a terminal would take for commands. */
function shortened(text: string | null): string | null {
  return text?.replace(/\p{Cc}/gu, '?').slice(0, longestText) ?? null
}

/** One line of a stack. */
interface Frame {
  readonly name: string
  /** `file:///app/library.js:10:20` */
  readonly at: string
}

/** The program's function in a stack of V8, SpiderMonkey or JavaScriptCore; exported for tests. */
export function callerIn(stack: string, own: string = ownFiles()): string | null {
  const frames = stack.split('\n').flatMap(frameOf)
  const callers = callersAmong(frames, own)
  const caller = callers.find(({ at }) => !isOfLibrary.test(at)) ?? callers[0]
  if (!caller) return null
  const at = caller.at.replace(/^file:\/\//, '')
  return caller.name && !isGuessed.test(caller.name) ? `${caller.name} (${at})` : at
}

function callersAmong(frames: readonly Frame[], own: string): Frame[] {
  const outside = frames.findIndex(({ at }) => !isOwn(at, own))
  // Bundled with the program into one file, the package is known by the names of its classes, if these were kept.
  const last = frames.findLastIndex(({ name }) => isMethod.test(name))
  const callers = frames.slice(outside < 0 ? Math.max(last + 1, 0) : outside)
  return outside < 0 && last < 0 ? [] : callers.filter(({ at }) => !isOfRuntime.test(at))
}

/** V8 names a function without a name after the call that it is an argument of, and a member of the options there. */
const isGuessed = /(?:^|\.)(?:withTransaction|records|observe)\.[\w$]+$/

const isMethod = /^(?:new )?IDB[A-Z]\w+\./
const isOfLibrary = /[/\\]node_modules[/\\]/
const isOfRuntime = /^(?:node:|internal|ext:|bun:|native|<anonymous>)/

function frameOf(line: string): Frame[] {
  const inV8 = /^\s*at (?:async )?(?:(.*?) \()?(.*?:\d+:\d+)\)?$/.exec(line)
  const elsewhere = inV8 ?? /^(?:async\*)?(.*?)@(.*:\d+:\d+)$/.exec(line)
  const [, name = '', at] = elsewhere ?? []
  return at === undefined ? [] : [{ name, at }]
}

/** Made here for its stack, which is dear to write out. */
const loaded = new Error('place')
let ownFilesFound: string | null = null

/** What the addresses of this package's files begin with. */
function ownFiles(): string {
  return (ownFilesFound ??= ownFilesBy(String(loaded.stack)))
}

function ownFilesBy(stack: string): string {
  const [here] = stack.split('\n').flatMap(frameOf)
  const file = here?.at.replace(/:\d+:\d+$/, '') ?? ''
  // The sources, or a folder of chunks; else a file that may hold the program too.
  return file.replace(/(\/src\/)explain\/[^/]*$|\/chunk-\w+\.c?js$/, '$1')
}

function isOwn(at: string, own: string): boolean {
  return own !== '' && at.startsWith(own)
}
