/** Light, dark, or what the system says; remembered. */
import { byId, element } from './dom.ts'

const themes = ['auto', 'light', 'dark'] as const
const storageKey = 'idb-everywhere-theme'

/** Puts the choice on the page and applies the one made before. */
export function showThemeChoice(): void {
  const chosen = remembered()
  apply(chosen)
  for (const theme of themes) {
    const input = element('input', {
      type: 'radio',
      name: 'theme',
      value: theme,
      checked: theme === chosen,
      onchange: () => {
        apply(theme)
        localStorage.setItem(storageKey, theme)
      },
    })
    const title = theme[0]?.toUpperCase() + theme.slice(1)
    byId('theme', HTMLFieldSetElement).append(
      element('label', {}, input, element('span', {}, title)),
    )
  }
}

function remembered(): (typeof themes)[number] {
  const stored = localStorage.getItem(storageKey)
  return themes.find((it) => it === stored) ?? 'auto'
}

function apply(theme: (typeof themes)[number]): void {
  if (theme === 'auto') delete document.documentElement.dataset['theme']
  else document.documentElement.dataset['theme'] = theme
}
