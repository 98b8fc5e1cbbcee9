/**
 * One buffer into which all sockets of this thread are read. By itself Node makes 64 KiB of new memory for each piece that comes, which
 * costs more than to read it: for large values most of an owner's time went into collecting that.
 */
import type { Socket, SocketConstructorOpts } from 'node:net'

/** What a Unix socket holds at most, by default. */
const bufferBytes = 256 * 1024

type Listener = (bytes: Uint8Array) => void

/** What is read of a socket. */
export interface Reading {
  /** The socket to be used from now on. */
  readonly socket: Socket
  /** Calls `listener` with what comes, and has come, in order. The bytes are valid until it returns. */
  onData(listener: Listener): void
}

/** Node's own socket. */
interface NodeSocket extends Socket {
  _handle?: object | null
}

/** Made when first needed. */
let shared: Uint8Array | null = null

/** Reads a socket that is connected, and has not been read. */
export function read(socket: NodeSocket): Reading {
  const { _handle: handle } = socket
  if (!isShareable() || !handle || socket.readableLength > 0) {
    return { socket, onData: (listener) => void socket.on('data', listener) }
  }
  // What comes before there is a listener; then no more is read.
  let early: Uint8Array | null = null
  let listener: Listener | null = null
  const another = anotherOver(socket, handle, {
    buffer: (shared ??= new Uint8Array(bufferBytes)),
    callback(length, bytes) {
      if (listener) listener(bytes.subarray(0, length))
      else early = bytes.slice(0, length)
      return listener !== null
    },
  })
  return {
    socket: another,
    onData(it) {
      listener = it
      if (early) it(early)
      early = null
      if (!another.isPaused()) another.resume()
    },
  }
}

/** https://nodejs.org/api/net.html#socketconnectoptions-connectlistener */
interface OnRead {
  readonly buffer: Uint8Array
  /** False: no more is read. */
  callback(length: number, bytes: Uint8Array): boolean
}

/**
 * Engine: only the constructor takes the buffer, and servers make their sockets without. So the connection passes to another socket, by
 * an option that is not documented: from Node 20 to 26, at least.
 */
function anotherOver(socket: NodeSocket, handle: object, onread: OnRead): Socket {
  const { Socket } = process.getBuiltinModule('node:net')
  const options = { handle, onread }
  const another = new Socket(options as SocketConstructorOpts)
  socket._handle = null
  return another
}

/** Windows writes into the buffer of a pipe before anything is read of it, so two must not have the same one. */
function isShareable(): boolean {
  const { bun, deno } = process.versions
  return process.platform !== 'win32' && bun === undefined && deno === undefined
}
