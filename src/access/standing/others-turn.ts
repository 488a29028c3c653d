/** Lets whatever has come in meanwhile go first: calls wait for nothing that takes more than some milliseconds. */
export const othersTurn = (): Promise<void> => new Promise((resolve) => void setImmediate(resolve));
