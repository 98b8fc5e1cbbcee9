/** Opening a database file, on this platform. Loaded when the first is opened. */
import { type FileFactory, openFile } from '../hosting/file/file-factory.ts'
import { platform } from '#platform'

/** As `openFile()`. */
export const openFileHere = (pieces: AsyncIterable<Uint8Array>): Promise<FileFactory> =>
  openFile(pieces, platform)
