/** The compiled engine, gzipped and in base64. The build puts it here; in the sources it is empty, the file being there. */
export const gzippedBase64: string = ''
