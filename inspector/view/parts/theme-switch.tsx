import { useEffect, useState } from 'preact/hooks'

const themes = ['auto', 'light', 'dark'] as const
type Theme = (typeof themes)[number]
export type ApplyTheme = (theme: Theme) => void
const titles = { auto: 'Auto', light: 'Light', dark: 'Dark' }
const storageKey = 'idb-everywhere-inspector-theme'

/** Light, dark, or as the system has it; remembered where the page may store something. */
export function ThemeSwitch({ apply }: { apply: ApplyTheme }) {
  const [theme, setTheme] = useState<Theme>(remembered)
  useEffect(() => apply(theme), [theme, apply])
  const choose = (next: Theme): void => {
    setTheme(next)
    remember(next)
  }
  return (
    <fieldset class="segments">
      <legend class="unseen">Colours</legend>
      {themes.map((it) => (
        <label key={it}>
          <input
            type="radio"
            name="theme"
            value={it}
            checked={it === theme}
            onChange={() => choose(it)}
          />
          <span>{titles[it]}</span>
        </label>
      ))}
    </fieldset>
  )
}

function remembered(): Theme {
  try {
    const stored = localStorage.getItem(storageKey)
    return themes.find((it) => it === stored) ?? 'auto'
  } catch {
    // Storage is switched off: the system decides.
    return 'auto'
  }
}

function remember(theme: Theme): void {
  try {
    localStorage.setItem(storageKey, theme)
  } catch {
    // Storage is switched off: it holds for this visit.
  }
}
