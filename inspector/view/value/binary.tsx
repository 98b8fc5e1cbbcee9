import { useState } from 'preact/hooks'
import { number } from '../words.ts'
import { bytesIn, hexLines, imageTypeOf } from './bytes.ts'

const bytesPerStep = 256

/** Binary data: the image it is, or its bytes in hexadecimal. */
export function Binary({ base64, mediaType }: { base64: string; mediaType: string }) {
  const [shown, setShown] = useState(bytesPerStep)
  const imageType = imageTypeOf(base64)
  const bytes = bytesIn(base64, 0, shown)
  const length = Math.floor((base64.length / 4) * 3) - (/=*$/.exec(base64)?.[0].length ?? 0)
  return (
    <div class="bytes-view">
      {imageType && (
        <img
          src={`data:${imageType};base64,${base64}`}
          alt={`An image, ${mediaType || imageType}`}
        />
      )}
      <pre tabIndex={0} role="group" aria-label="Bytes in hexadecimal">
        {bytes.length === 0 ? 'no bytes' : hexLines(bytes)}
      </pre>
      {length > shown && (
        <button type="button" class="quiet" onClick={() => setShown(shown * 4)}>
          Show more of {number(length)} bytes
        </button>
      )}
    </div>
  )
}
