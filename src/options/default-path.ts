/** Where databases lie unless a program says so. */

/** Reads a variable of the environment; undefined where there is none, or it may not be read. */
export type Environment = (name: string) => string | undefined

export function defaultPath(environment: Environment): string {
  return environment('IDB_PATH') || environment('SPACEKIT_IDB_PATH') || '.indexeddb'
}
