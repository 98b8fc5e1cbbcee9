/** The version in `package.json`, to which a test holds it: what ends of different releases say to each other. */
export const packageVersion = '0.1.0'
