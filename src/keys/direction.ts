/** https://w3c.github.io/IndexedDB/#enumdef-idbcursordirection; a message over a port names one by its place here. */
export const directions = ['next', 'nextunique', 'prev', 'prevunique'] as const

/** In which order records are read. https://w3c.github.io/IndexedDB/#cursor-direction */
export type Direction = (typeof directions)[number]

/** Whether the keys ascend. */
export function isForward(direction: Direction): boolean {
  return direction === 'next' || direction === 'nextunique'
}
