/** The stream that a caller has given, or of the Blob that was given. It is known to be one of the two. */
export function streamGiven(given: ReadableStream<Uint8Array> | Blob): ReadableStream<Uint8Array> {
  return 'getReader' in given ? given : given.stream()
}
