/**
 * The compiled engine, gzipped and in Base64. The build puts it here, for the single file; in the sources it is empty, the
 * file being there.
 */
export const gzippedBase64: string = ''
