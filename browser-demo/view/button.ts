/** Buttons that can be switched off. */
import { element } from './dom.ts'

/** Makes a button; while it is switched off, `press` is not called. */
export function button(words: string, className: string, press: () => void): HTMLButtonElement {
  const listener = ({ currentTarget }: Event): void => {
    if ((currentTarget as Element).ariaDisabled !== 'true') press() // a listener of the button alone
  }
  return element('button', { type: 'button', class: className, onclick: listener }, words)
}

/** A button that were disabled outright would lose the focus of a reader who has just pressed it. */
export function setEnabled(target: HTMLButtonElement, isEnabled: boolean): void {
  target.setAttribute('aria-disabled', String(!isEnabled))
}
