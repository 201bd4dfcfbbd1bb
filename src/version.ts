/** The version of this package. */
import { resourceText } from './resources.ts'

export const { version } = JSON.parse(resourceText('package.json')) as { version: string }
