/**
 * Classes of the DOM that one test file constructs at its top level, where a missing one would end it. These are no
 * platform objects, so cloning one does not give one back, and its own subtest fails, as it must.
 */

class ImageData {
  readonly data: Uint8ClampedArray
  readonly width: number
  readonly height: number

  constructor(width: number, height: number) {
    this.width = width
    this.height = height
    this.data = new Uint8ClampedArray(width * height * 4)
  }
}

/** By name: a class for each that the runtime lacks. */
export function standIns(): Record<string, unknown> {
  const classes: Record<string, unknown> = {
    DOMMatrix: class DOMMatrix {},
    DOMMatrixReadOnly: class DOMMatrixReadOnly {},
    DOMPoint: class DOMPoint {},
    DOMPointReadOnly: class DOMPointReadOnly {},
    DOMRect: class DOMRect {},
    DOMRectReadOnly: class DOMRectReadOnly {},
    ImageData,
  }
  return Object.fromEntries(Object.entries(classes).filter(([name]) => !(name in globalThis)))
}
