/** The environment of a process of Node, Bun or Deno. */
import process from 'node:process'

/** A variable; undefined where there is none, or Deno has no permission to read it. */
export function environment(name: string): string | undefined {
  return mayRead(name) ? process.env[name] : undefined
}

/** The part of Deno's permission API that is used here. */
interface Permissions {
  querySync(descriptor: { name: 'env'; variable: string }): { state: string }
}

/** Deno would ask the user, or throw, where reading is not permitted. */
function mayRead(variable: string): boolean {
  const { Deno } = globalThis as { Deno?: { permissions?: Permissions } }
  const permission = Deno?.permissions?.querySync({ name: 'env', variable })
  return permission === undefined || permission.state === 'granted'
}
