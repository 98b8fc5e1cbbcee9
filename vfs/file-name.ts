import { VfsError } from '../src/files/vfs.ts'

/** Whether the VFS contract allows `name`: letters, digits, `.`, `-` and `_`, at most 100; not `.` nor `..`. */
export function isFileName(name: string): boolean {
  return /^(?!\.{1,2}$)[\w.-]{1,100}$/.test(name)
}

/**
 * Lets a legal file name pass.
 * @throws VfsError EINVAL for any other, so that no name can reach outside its directory
 */
export function checkFileName(name: string): void {
  if (isFileName(name)) return
  throw new VfsError(
    'EINVAL',
    `File name ${JSON.stringify(name)} is not made of letters, digits, ".", "-" and "_", at most 100 of them`,
  )
}
