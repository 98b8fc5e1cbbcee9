/** A module whose namespace is an example of one. */
export const example = { of: 'an export' }
