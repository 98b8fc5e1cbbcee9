import type { Source } from '../source/source.ts'
import { type ApplyTheme, ThemeSwitch } from './parts/theme-switch.tsx'

/** What is looked into, and the two switches. */
export function Header({
  source,
  applyTheme,
  isEditing,
  setEditing,
}: {
  source: Source
  applyTheme: ApplyTheme
  isEditing: boolean
  setEditing: (isEditing: boolean) => void
}) {
  return (
    <header class="masthead">
      <h1 class="wordmark">
        idb<span>·</span>inspector
      </h1>
      <p class="title" title={source.title}>
        {source.title}
      </p>
      {source.isWritable ? (
        <label class="switch">
          <input
            type="checkbox"
            role="switch"
            checked={isEditing}
            onChange={({ currentTarget }) => setEditing(currentTarget.checked)}
          />
          <span>Allow editing</span>
        </label>
      ) : (
        <p class="read-only">Read only</p>
      )}
      <ThemeSwitch apply={applyTheme} />
    </header>
  )
}
