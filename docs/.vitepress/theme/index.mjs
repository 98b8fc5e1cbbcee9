/** The theme of VitePress, with its colour, and space for wide tables. */
import DefaultTheme from 'vitepress/theme'
import './style.css'

export default DefaultTheme
