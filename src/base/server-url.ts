/** Telling the address of a server, which may hold a password, from other text: where it comes in place of something else, an error must not show it. */

const shape = /^\W*postgres(?:ql)?:|^\W*[a-z][\w+.-]*:\/\/[^/?#\s]*@|\b(?:password|pwd)\s*=/i

/** A text as it may be shown. */
export function withoutAddress(text: string): string {
  return isServerUrl(text) ? 'the address of a server' : text
}

/** Whether a value is the address of a server, or may be one that was cut or mistyped; a URL with a user in it, or a list of `name=value` with a password. */
export function isServerUrl(value: unknown): boolean {
  return typeof value === 'string' && shape.test(value)
}
