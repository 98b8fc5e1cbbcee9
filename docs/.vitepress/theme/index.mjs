/** The theme of VitePress, with its colour, space for wide tables, and drawings. */
import DefaultTheme from 'vitepress/theme'
import { MermaidDrawing } from './mermaid-drawing.mjs'
import './style.css'

export default {
  extends: DefaultTheme,
  enhanceApp: ({ app }) => void app.component('MermaidDrawing', MermaidDrawing),
}
