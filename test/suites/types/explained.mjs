/**
 * Where what comes back from ours is, on purpose, not what the platform's own clone gives. Every entry says why; what no
 * entry explains is a failure.
 */

const refuses = ({ native, ours }) => native === 'cloned' && ours === 'DataCloneError'
const keeps = ({ native, ours }) => native === 'DataCloneError' && ours === 'cloned'
const differsOnlyIn = ({ native, ours, differences }, pattern) =>
  native === 'cloned' && ours === 'cloned' && differences.every((line) => pattern.test(line))

export const explanations = [
  {
    title: 'types of runtimes that are written in JavaScript',
    reason:
      "The runtime's own clone is an ordinary object that has lost everything. As in browsers they are refused.",
    explains: (row) => refuses(row) && row.cloneClass === '[object Object] Object' && row.isRuntime,
  },
  {
    title: 'types that can be stored and that the runtime does not clone',
    reason:
      'The runtime gives an ordinary object, or a Blob for a File; ours is an object of the class.',
    explains: (row) =>
      row.isRuntime &&
      /^\[object (File|DOM\w+|ImageData|QuotaExceededError)\]/.test(row.original) &&
      row.ours === 'cloned' &&
      row.native !== 'cloned'
        ? true
        : row.isRuntime &&
          row.ours === 'cloned' &&
          row.differences.includes(`+ it: ${row.original}`),
  },
  {
    title: 'types that can only be transferred',
    reason: "The runtime throws a TypeError, the standard's answer is DataCloneError.",
    explains: (row) => row.native === 'TypeError' && row.ours === 'DataCloneError' && row.isRuntime,
  },
  {
    title: 'memory that is shared, and compiled code',
    reason:
      'They can be cloned for another thread; the standard refuses to store them. (structuredClone() does not store.)',
    explains: (row) =>
      refuses(row) &&
      row.isRuntime &&
      /shared|SharedArrayBuffer|WebAssembly\.Module/.test(row.title),
  },
  {
    title: 'stack of an error that has none',
    reason: 'V8 gives the clone a property of its own with the value undefined.',
    explains: (row) => differsOnlyIn(row, /^- it\.stack: undefined/),
  },
  {
    title: 'an error that is its own cause',
    reason: 'Older versions of V8 recurse until the stack ends; later ones clone it, as ours does.',
    explains: (row) => row.title === 'an error that is its own cause' && row.ours === 'cloned',
  },
  {
    title: 'where an error was made, and its cause',
    reason:
      'The standard clones name, message, stack and cause. Some engines copy line and file too, which are in the stack; JavaScriptCore leaves out the cause.',
    explains: (row) =>
      differsOnlyIn(
        row,
        /\.(cause|line|column|filename|sourceURL|originalLine|originalColumn|fileName|lineNumber|columnNumber)\b/,
      ),
  },
  {
    title: "a stack that script has put in place of the engine's",
    reason:
      'The clone has what script reads as `stack`, if it is a string; SpiderMonkey takes its own.',
    explains: (row) =>
      /^an error with a (stack of its own|number for a stack)$/.test(row.title) &&
      differsOnlyIn(row, /\.(stack|fileName|lineNumber|columnNumber)\b/),
  },
  {
    title: 'AggregateError in SpiderMonkey',
    reason:
      'It stays one, without its errors. By the standard all but seven names become Error, as in the other engines.',
    explains: (row) => row.title === 'AggregateError' && row.cloneClass?.includes('AggregateError'),
  },
  {
    title: 'prototypes of JavaScriptCore',
    reason: 'They are ordinary objects by the language, but not by the engine.',
    explains: (row) => keeps(row) && /^(RegExp|Map|Date|Error)\.prototype$/.test(row.title),
  },
  {
    title: 'properties of a Map in JavaScriptCore',
    reason: 'The standard clones the entries only; so does ours.',
    explains: (row) => row.title === 'a Map with properties' && differsOnlyIn(row, /^- it\.extra/),
  },
  {
    title: 'Proxies in pages',
    reason:
      'Script in a page cannot tell a Proxy from what it shows without cloning that a second time. What it shows is stored; what its traps throw is thrown.',
    explains: (row) =>
      !row.isRuntime &&
      row.native === 'DataCloneError' &&
      (row.ours === 'cloned'
        ? /^a Proxy of an? (object|list|empty object|instance)$/.test(row.title)
        : row.title === 'a revoked Proxy'),
  },
  {
    title: 'what cannot leave the browser',
    reason: 'Nothing gives its bytes, or nothing makes one of bytes; it is refused by name.',
    explains: (row) =>
      refuses(row) &&
      /^\[object (ImageBitmap|RTCCertificate|FileSystem\w+Handle)\]/.test(row.original),
  },
  {
    title: 'lists that happy-dom has of its classes',
    reason: 'They are lists by the language, with what lies in them, and come back as lists.',
    explains: (row) => keeps(row) && row.original.endsWith(' Array Object'),
  },
  {
    title: 'the algorithm of a pair of CryptoKeys',
    reason: 'Node gives both keys one object; by the standard each has its own.',
    explains: (row) =>
      row.title === 'a CryptoKey pair' && differsOnlyIn(row, /^. it\.privateKey\.algorithm/),
  },
]
