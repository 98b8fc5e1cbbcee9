/** The stylesheets, one for each part. They are constructed, which no Content-Security-Policy has to allow. */
import base from './base.css'
import charts from './charts.css'
import frame from './frame.css'
import page from './page.css'
import places from './places.css'
import records from './records.css'
import value from './value.css'

export function adoptStyles(root: ShadowRoot): void {
  root.adoptedStyleSheets = [base, frame, places, records, value, charts].map(sheet)
}

/** Of a page that is the view alone: its own scrollbars and margins are as light or dark as the view. */
export function pageStyles(): CSSStyleSheet {
  return sheet(page)
}

function sheet(text: string): CSSStyleSheet {
  const made = new CSSStyleSheet()
  made.replaceSync(text)
  return made
}
