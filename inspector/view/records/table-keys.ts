/** Where the arrow keys lead within a grid: https://www.w3.org/WAI/ARIA/apg/patterns/grid/ */

export interface Cell {
  readonly row: number
  readonly column: number
}

/** null: the key is none that leads elsewhere on the page. */
export function cellAfter(
  { key, ctrlKey }: { readonly key: string; readonly ctrlKey: boolean },
  { row, column }: Cell,
  { rows, columns }: { readonly rows: number; readonly columns: number },
): Cell | null {
  const [bottom, right] = [rows - 1, columns - 1]
  switch (key) {
    case 'ArrowDown':
      return { row: Math.min(bottom, row + 1), column }
    case 'ArrowUp':
      return { row: Math.max(0, row - 1), column }
    case 'ArrowRight':
      return { row, column: Math.min(right, column + 1) }
    case 'ArrowLeft':
      return { row, column: Math.max(0, column - 1) }
    case 'Home':
      return { row: ctrlKey ? 0 : row, column: 0 }
    case 'End':
      return { row: ctrlKey ? bottom : row, column: right }
    default:
      return null
  }
}
